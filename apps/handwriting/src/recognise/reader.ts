/** Turns the ink on the page into words while it is being written. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { InkStroke } from '../canvas/inkStroke.ts';
import { LatestWins } from './latestWins.ts';
import type { RecogniserLink } from './recogniserLink.ts';
import { type Word, words } from './words.ts';

/** From one reading to the next while the pen is down (ms): text follows the pen, and the pen stays smooth. */
const READ_MS = 120;

export class Reader {
  /** Undefined until the page has been read once: the text kept with the note then still stands. */
  readonly words = signal<readonly Word[] | undefined>(undefined);
  /** The word whose readings are offered: the one the person tapped, else the one written last. */
  readonly focus: ReadonlySignal<Word | undefined> = computed(() => {
    const all = this.words.value ?? [];
    return all.find(({ key }) => key === this.tapped.value) ?? lastWritten(all);
  });

  /** The words are behind the ink. */
  readonly busy: ReadonlySignal<boolean> = computed(() => this.asked.value !== this.done.value);

  /** Changes of the ink so far, and how many of them the words reflect. */
  private readonly asked = signal(0);
  private readonly done = signal(0);
  private readonly tapped = signal<string | undefined>(undefined);
  private strokes: readonly InkStroke[] = [];
  /** Counts the pages shown: a reading of an earlier page is thrown away. */
  private page = 0;
  private penDown = false;
  private readonly link: RecogniserLink;
  private readonly reading = new LatestWins(() => this.read(), READ_MS);

  constructor(link: RecogniserLink) {
    this.link = link;
  }

  /** Another page: nothing of the last one holds any more. */
  open(strokes: readonly InkStroke[]): void {
    this.page++;
    this.words.value = undefined;
    this.tapped.value = undefined;
    this.update(strokes, false);
  }

  /** The ink changed. @param penDown its last stroke is still growing. */
  update(strokes: readonly InkStroke[], penDown: boolean): void {
    this.strokes = strokes;
    if (penDown && !this.penDown) this.tapped.value = undefined;
    this.penDown = penDown;
    this.asked.value++;
    this.reading.request(penDown ? 'soon' : 'now');
  }

  /** Reads again, as after the model has come, or failed to. */
  refresh(): void {
    this.asked.value++;
    this.reading.request('now');
  }

  focusOn({ key }: Word): void {
    this.tapped.value = key;
  }

  private async read(): Promise<void> {
    const { strokes, page } = this;
    const asked = this.asked.peek();
    const predictions = strokes.length > 0 ? await this.link.read(strokes) : [];
    // While the model is on its way the words stay behind; once it is known not to come, nothing is awaited.
    if (predictions || this.link.state.peek().kind !== 'loading') this.done.value = asked;
    // What could not be read leaves the words that were read before.
    if (page !== this.page || !predictions) return;
    const [best] = predictions;
    this.words.value = best ? words(best, strokes) : [];
  }
}

function lastWritten(all: readonly Word[]): Word | undefined {
  // Ids sort by time, and a word's strokes stand in that order.
  const latest = (word: Word) => word.strokes.at(-1)?.id ?? '';
  return all.reduce<Word | undefined>(
    (last, word) => (last && latest(last) > latest(word) ? last : word),
    undefined,
  );
}
