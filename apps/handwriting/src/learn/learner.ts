/**
 * Lets the reader learn this person's hand: in a worker of its own, from words they corrected or confirmed. Words put
 * aside decide whether it really reads better; what was learned is kept with the notes and can be undone.
 */
import { signal } from '@preact/signals';
import { abortedCall, orAborted, RivuletError } from '@rivulet/core';
import type { Adapter, AdaptProgress, Figures } from '@rivulet/training/adapt';
import type { Learned } from '../store/learned.ts';
import type { Notebook } from '../ui/notebook.ts';
import { type Lesson, lessonsOf } from './lessons.ts';
import { pageInView } from './pageInView.ts';

/** With 20 words unseen writers gained nothing, with 30 a third of their errors went (`npm run evaluate -- adapt words`). */
export const LEAST_WORDS = 30;

/** Fewer words cannot be split into some to learn from and some to judge by. */
const LEAST_TO_CHECK = 2;
/** Seconds in which words are checked, all of them, and nothing is learned. */
const NO_TIME = Number.MIN_VALUE;

export type LearnState =
  | { readonly kind: 'idle' }
  /** `part` of the way, 0 before the first step. */
  | {
      readonly kind: 'learning';
      readonly part: number;
      readonly etaSeconds?: number | undefined;
      readonly waiting: boolean;
    }
  | { readonly kind: 'learned'; readonly outcome: Outcome }
  /** So many words were left of those that it needs, and nothing was learned. */
  | { readonly kind: 'tooFew'; readonly words: number; readonly passedOver: number }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Outcome {
  readonly kept: boolean;
  /** Held-out figures before and after; the same where nothing was kept. */
  readonly before: Figures;
  readonly after: Figures;
  readonly trained: number;
  readonly judged: number;
  /** Words with characters that the reader does not know, or too little ink. */
  readonly passedOver: number;
  readonly battery: boolean;
}

export class Learner {
  readonly state = signal<LearnState>({ kind: 'idle' });
  /** Keys of the lessons that the reader cannot learn from, as far as it has met them. */
  readonly passedOver = signal<ReadonlySet<string>>(new Set());
  private readonly notebook: Notebook;
  private running: AbortController | undefined;

  constructor(notebook: Notebook) {
    this.notebook = notebook;
  }

  /** Of all notes, as they are kept, but for those that are known to be passed over. */
  async lessons(): Promise<Lesson[]> {
    const { store, notes } = this.notebook;
    const chosen = notes.value.filter(({ choices }) => Object.keys(choices).length > 0);
    const each = await Promise.all(
      chosen.map(async ({ id, choices }) => lessonsOf(choices, await store.strokes(id))),
    );
    return each.flat().filter(({ key }) => !this.passedOver.value.has(key));
  }

  /** Never rejects: `state` says how it went. */
  async learn(): Promise<void> {
    const { signal } = (this.running = new AbortController());
    this.state.value = { kind: 'learning', part: 0, waiting: false };
    try {
      const lessons = await this.lessons();
      this.state.value = await this.withAdapter(signal, (adapter) => this.adapt(adapter, lessons, signal));
    } catch (error) {
      const wanted = error instanceof RivuletError && error.code === 'ABORTED';
      this.state.value = wanted ? { kind: 'idle' } : { kind: 'failed', error };
    }
  }

  cancel(): void {
    this.running?.abort();
  }

  /** @throws DELTA_INVALID, DELTA_MODEL, STORAGE_FULL */
  async takeFile(delta: Uint8Array<ArrayBuffer>): Promise<void> {
    this.state.value = { kind: 'idle' };
    await this.withAdapter(undefined, async (adapter) => {
      await adapter.importDelta(delta);
      await this.keep(adapter);
    });
  }

  /** @throws STORAGE_FULL */
  async undo(): Promise<void> {
    this.state.value = { kind: 'idle' };
    // Another tab may have learned since.
    const { before } = await this.notebook.store.learned();
    if (!(await this.notebook.learn({ now: before }))) throw notKept();
  }

  private async withAdapter<T>(
    signal: AbortSignal | undefined,
    use: (adapter: Adapter) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted) throw abortedCall(signal);
    const opening = openAdapter(`${this.notebook.models}handwriting-en/`);
    // Nobody who cancels waits for what is still being fetched, or for what is computed before the first step.
    signal?.addEventListener(
      'abort',
      () => void opening.then((adapter) => adapter.dispose()).catch(() => {}),
    );
    const adapter = await (signal ? orAborted(opening, signal) : opening);
    try {
      return await use(adapter);
    } catch (error) {
      throw signal?.aborted ? abortedCall(signal) : error;
    } finally {
      adapter.dispose();
    }
  }

  private async adapt(
    adapter: Adapter,
    lessons: readonly Lesson[],
    signal: AbortSignal,
  ): Promise<LearnState> {
    const { now } = await this.notebook.store.learned();
    // It goes on from what it knows, unless that belongs to an earlier reader.
    if (now?.base === adapter.info.sha256) await adapter.importDelta(now.delta);
    // What was told before the worker was ended may arrive after it.
    const onProgress = (progress: AdaptProgress) => void (signal.aborted || this.progress(progress));
    let samples = lessons;
    let first: Figures | undefined;
    let best: Figures | undefined;
    for (;;) {
      const words = samples.length;
      const passedOver = lessons.length - words;
      const tooFew: LearnState = { kind: 'tooFew', words, passedOver };
      if (words < LEAST_TO_CHECK) return tooFew;
      const enough = words >= LEAST_WORDS;
      const settings = { method: 'all', ...(enough ? { onProgress } : { seconds: NO_TIME }) } as const;
      const result = await adapter.adapt(samples, settings).catch((error) => {
        samples = this.without(samples, error);
        return undefined;
      });
      if (!result) continue;
      if (!enough) return tooFew;
      first ??= result.before;
      if (result.kept) best = result.after;
      if (result.stopped === 'hidden') {
        this.state.value = { kind: 'learning', part: 0, waiting: true };
        await pageInView(signal);
        this.state.value = { kind: 'learning', part: 0, waiting: false };
        continue;
      }
      if (best) await this.keep(adapter, samples.length);
      const { trained, judged, stopped } = result;
      const figures = { before: first, after: best ?? first };
      const counts = { trained, judged, passedOver };
      const outcome = { kept: best !== undefined, ...figures, ...counts, battery: stopped === 'battery' };
      return { kind: 'learned', outcome };
    }
  }

  /** The samples but the one that an error names. @throws the error where it names none */
  private without(samples: readonly Lesson[], error: unknown): Lesson[] {
    const details: Readonly<Record<string, unknown>> = error instanceof RivuletError ? error.details : {};
    const { sample: place, split } = details;
    // With a split it is a place within that part, not among these samples.
    if (typeof place !== 'number' || split !== undefined) throw error;
    this.passedOver.value = new Set([...this.passedOver.value, samples[place]!.key]);
    return samples.toSpliced(place, 1);
  }

  private progress({ step, totalSteps, etaSeconds }: AdaptProgress): void {
    this.state.value = { kind: 'learning', part: step / totalSteps, etaSeconds, waiting: false };
  }

  private async keep(adapter: Adapter, words?: number): Promise<void> {
    const { manifest, onnx } = await adapter.files();
    const delta = await adapter.exportDelta();
    const now: Learned = {
      ...{ base: adapter.info.sha256, sha256: manifest.files.int8.sha256, at: Date.now(), words },
      ...{ onnx: onnx as Uint8Array<ArrayBuffer>, delta: delta as Uint8Array<ArrayBuffer> },
    };
    const { now: before } = await this.notebook.store.learned();
    if (!(await this.notebook.learn({ now, before }))) throw notKept();
  }
}

/** What only learning needs is fetched now. @throws MODEL_FETCH without a network, and what `createAdapter` throws */
async function openAdapter(model: string): Promise<Adapter> {
  try {
    const { createAdapter } = await import('@rivulet/training/adapt');
    return await createAdapter(model);
  } catch (cause) {
    // A script that does not come looks like a browser that cannot run it.
    if (navigator.onLine) throw cause;
    throw new RivuletError('MODEL_FETCH', `what learning needs could not be fetched: ${cause}`, {}, cause);
  }
}

const notKept = (): RivuletError =>
  new RivuletError('STORAGE_FULL', 'there is no room for what was learned', {});
