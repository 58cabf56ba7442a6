/**
 * Writes a growing stroke to the store in small parts, so that a tab killed in the middle of a word loses a
 * tenth of a second at most; the finished stroke then replaces its parts by one record.
 */
import type { InkStroke } from '../canvas/inkStroke.ts';
import type { InkStore } from './inkStore.ts';

/** Parts are written no more often than this (ms). */
export const PART_MS = 100;

type PartStore = Pick<InkStore, 'appendPart' | 'changeInk'>;

export class StrokeWriter {
  private stroke: InkStroke | undefined;
  private part = 0;
  /** Points handed to the store. */
  private sent = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly store: PartStore;
  private readonly note: string;

  constructor(store: PartStore, note: string) {
    this.store = store;
    this.note = note;
  }

  /** The stroke is new or has grown. The first point is written at once. */
  grow(stroke: InkStroke): void {
    if (this.stroke !== stroke) {
      this.stroke = stroke;
      this.part = 0;
      this.sent = 0;
      this.flush();
    } else this.timer ??= setTimeout(() => this.flush(), PART_MS);
  }

  /** Hands everything written so far to the store now: the page is being hidden. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { stroke, sent } = this;
    if (!stroke || stroke.length === sent) return;
    this.sent = stroke.length;
    void this.store.appendPart(this.note, stroke, this.part++, sent, stroke.length).then((kept) => {
      // The next part then begins where this one did.
      if (!kept && this.stroke === stroke) this.sent = Math.min(this.sent, sent);
    });
  }

  /** The stroke is whole. @returns whether it is kept. */
  end(stroke: InkStroke): Promise<boolean> {
    this.drop();
    return this.store.changeInk(this.note, { added: [stroke], removed: [] });
  }

  /** The stroke was none: its parts go. */
  takeBack(stroke: InkStroke): Promise<boolean> {
    this.drop();
    return this.store.changeInk(this.note, { added: [], removed: [stroke] });
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stroke = undefined;
  }
}
