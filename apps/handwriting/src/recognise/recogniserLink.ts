/** The page's line to the recogniser in its worker: loading, reading ink, and coming back after a failure. */
import { signal } from '@preact/signals';
import { RivuletError } from '@rivulet/core';
import {
  createHandwritingRecognizer,
  type HandwritingPrediction,
  type HandwritingRecognizer,
} from '@rivulet/inference';
import type { InkStroke } from '../canvas/inkStroke.ts';
import type { Learned } from '../store/learned.ts';
import { DrawingMirror } from './drawingMirror.ts';
import { LearnedFiles } from './learnedFiles.ts';

export type LinkState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Pauses before a dead worker is asked again (ms); after the last the page says so and offers a button. */
const REVIVE_MS = [0, 300, 1500] as const;

/** What a file gives that was damaged where it is kept. */
const DAMAGED: ReadonlySet<string> = new Set(['MODEL_HASH', 'MODEL_SHAPE', 'MODEL_TOO_LARGE', 'ONNX_PARSE']);

export class RecogniserLink {
  readonly state = signal<LinkState>({ kind: 'loading' });
  private recogniser: HandwritingRecognizer | undefined;
  private page: DrawingMirror | undefined;
  /** Whether what was learned is in use: it is not where the shipped model has been renewed since. */
  readonly usesLearned = signal(false);
  private loading = new AbortController();
  private readonly models: string;

  /** @param models address of the folder of models, with a closing slash. */
  constructor(models: string) {
    this.models = models;
  }

  /**
   * Loads the model, and `state` says how that went; also the way back after a failure. A load that is under way ends.
   * @param learned is used in place of the model's weights, where it belongs to them
   */
  async load(learned?: Learned): Promise<void> {
    this.close();
    const { signal } = (this.loading = new AbortController());
    this.state.value = { kind: 'loading' };
    const over = learned && new LearnedFiles(learned);
    try {
      // The service worker keeps the model with the page; a second copy would only cost space.
      const recogniser = await createHandwritingRecognizer(
        { languages: ['en'] },
        { models: this.models, cache: 'none', signal, ...(over && { fetch: over.fetch }) },
      );
      if (signal.aborted) return recogniser.finish();
      this.recogniser = recogniser;
      this.usesLearned.value = over?.fit ?? false;
      this.state.value = { kind: 'ready' };
    } catch (error) {
      if (signal.aborted) return;
      // What was kept may have been damaged; the shipped model still reads.
      if (over?.fit && error instanceof RivuletError && DAMAGED.has(error.code)) return this.load();
      this.state.value = { kind: 'failed', error };
    }
  }

  /**
   * Reads a page, of which only what changed costs time. A worker that died is asked again: it comes back.
   * @returns the likeliest first, empty where no word was found; undefined without a model, and `state` says why.
   */
  async read(strokes: readonly InkStroke[]): Promise<readonly HandwritingPrediction[] | undefined> {
    for (let attempt = 0; this.recogniser; attempt++) {
      const { recogniser } = this;
      try {
        this.page ??= new DrawingMirror(
          recogniser.startDrawing({ recognitionType: 'text', alternatives: 1 }),
        );
        this.page.show(strokes);
        const predictions = await this.page.drawing.getPrediction();
        if (this.state.value.kind === 'failed') this.state.value = { kind: 'ready' };
        return predictions;
      } catch (error) {
        // Loaded anew meanwhile: the failure is that of a recogniser which is gone.
        if (recogniser !== this.recogniser) return undefined;
        const pause = REVIVE_MS[attempt];
        if (!(error instanceof RivuletError && error.code === 'WORKER_DIED') || pause === undefined) {
          this.state.value = { kind: 'failed', error };
          return undefined;
        }
        // A device that is short of memory needs a moment.
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    return undefined;
  }

  close(): void {
    this.loading.abort();
    this.page = undefined;
    this.recogniser?.finish();
    this.recogniser = undefined;
  }
}
