/** The WICG HandwritingDrawing: strokes by reference, read whenever a prediction is asked for. */
import { RivuletError } from '@rivulet/core';
import type { Remote } from '../worker/api.ts';
import { domException } from './domException.ts';
import { HandwritingStroke, strokePoints } from './handwritingStroke.ts';
import type { HandwritingPrediction } from './handwritingTypes.ts';
import type { InkService, RecogniseOptions } from './inkService.ts';

/** What a drawing needs of the recogniser it belongs to. */
export interface DrawingOwner {
  readonly active: boolean;
  readonly remote: Remote<InkService>;
}

export class HandwritingDrawing {
  #strokes: HandwritingStroke[] = [];
  readonly #owner: DrawingOwner;
  readonly #options: RecogniseOptions;

  /** Made by `startDrawing`. */
  constructor(owner: DrawingOwner, options: RecogniseOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  /** @throws TypeError for anything but a HandwritingStroke */
  addStroke(stroke: HandwritingStroke): void {
    checkStroke('addStroke', stroke);
    this.#strokes.push(stroke);
  }

  /** Removes every occurrence of the stroke; one that is not there is no error. */
  removeStroke(stroke: HandwritingStroke): void {
    checkStroke('removeStroke', stroke);
    this.#strokes = this.#strokes.filter((other) => other !== stroke);
  }

  clear(): void {
    this.#strokes = [];
  }

  getStrokes(): HandwritingStroke[] {
    return [...this.#strokes];
  }

  /**
   * Reads the strokes as they are now; later changes do not reach a prediction under way.
   * @returns the likeliest first; empty where nothing is written. Rejects with InvalidStateError once the
   *   recogniser has finished, with INK_INVALID for points further out than 1e30, and with another
   *   RivuletError when the worker or the engine fails.
   */
  async getPrediction(): Promise<HandwritingPrediction[]> {
    if (!this.#owner.active) throw finished();
    if (this.#strokes.length === 0) return [];
    try {
      return await this.#owner.remote.call('recognise', [this.#strokes.map(strokePoints), this.#options]);
    } catch (error) {
      // finish() disposes of the service under a prediction's feet.
      if (!this.#owner.active && error instanceof RivuletError && error.code === 'DISPOSED') throw finished();
      throw error;
    }
  }
}

export function finished(): Error {
  return domException('InvalidStateError', 'This handwriting recogniser has finished');
}

function checkStroke(method: string, stroke: unknown): void {
  if (!(stroke instanceof HandwritingStroke)) throw new TypeError(`${method}: not a HandwritingStroke`);
}
