/** The WICG HandwritingRecognizer: a loaded model, and the drawings that use it. */
import type { Remote } from '../worker/api.ts';
import { type DrawingOwner, finished, HandwritingDrawing } from './handwritingDrawing.ts';
import type { HandwritingHints } from './handwritingTypes.ts';
import type { InkService } from './inkService.ts';

const DEFAULT_ALTERNATIVES = 3;
/** HandwritingHints says so. */
const MOST_ALTERNATIVES = 20;

export class HandwritingRecognizer {
  readonly #owner: DrawingOwner & { active: boolean };

  /** Made by `createHandwritingRecognizer`. */
  constructor(remote: Remote<InkService>) {
    this.#owner = { active: true, remote };
  }

  /** @throws InvalidStateError after `finish` */
  startDrawing(hints?: HandwritingHints | null): HandwritingDrawing {
    if (!this.#owner.active) throw finished();
    const { recognitionType, alternatives = DEFAULT_ALTERNATIVES } = hints ?? {};
    return new HandwritingDrawing(this.#owner, {
      recognitionType: recognitionType === 'per-character' ? 'per-character' : 'text',
      // `unsigned long` takes any number, as >>> does
      alternatives: Math.min(MOST_ALTERNATIVES, Math.max(1, alternatives >>> 0)),
    });
  }

  /** Frees the model. Twice is once. */
  finish(): void {
    if (!this.#owner.active) return;
    this.#owner.active = false;
    // A worker that is dead already has freed everything.
    this.#owner.remote.dispose().catch(() => {});
  }
}
