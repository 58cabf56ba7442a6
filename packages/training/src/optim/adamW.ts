/**
 * AdamW over one thread's slice of the flat parameter vector, with the running average of the weights. What
 * changes from step to step is passed in, so the only state is the moments and the average.
 */
import type { TrainKernels } from '@rivulet/kernels/train';
import type { Recipe } from '../recipe.ts';

/** Floats [start, end) of the flat vector. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

/** Slice of `thread`, cut at 16 bytes. */
export function sliceOf(floats: number, thread: number, threads: number): Slice {
  const cut = (i: number): number => Math.min(floats, Math.ceil((floats * i) / threads / 4) * 4);
  return { start: cut(thread), end: cut(thread + 1) };
}

export class AdamW {
  readonly slice: Slice;
  readonly #kernels: TrainKernels;
  readonly #options: Recipe['optimiser'];
  readonly #m: number;
  readonly #v: number;
  /** The average of the slice's weights; empty when the recipe keeps none. */
  readonly average: Float32Array;
  readonly #decayFloats: number;

  constructor(kernels: TrainKernels, options: Recipe['optimiser'], slice: Slice, decayFloats: number) {
    this.#kernels = kernels;
    this.#options = options;
    this.slice = slice;
    this.#decayFloats = decayFloats;
    this.#m = kernels.alloc(slice.end - slice.start);
    this.#v = kernels.alloc(slice.end - slice.start);
    this.average = new Float32Array(options.ema > 0 ? slice.end - slice.start : 0);
  }

  /** Views of the slice's moments, stale once memory grows. */
  moments(): { readonly m: Float32Array; readonly v: Float32Array } {
    const count = this.slice.end - this.slice.start;
    return { m: this.#kernels.f32(this.#m, count), v: this.#kernels.f32(this.#v, count) };
  }

  /**
   * One update of the slice.
   * @param weights pointer to the whole flat vector
   * @param gradients pointer to the whole flat vector; the slice is already averaged
   * @param norm global norm of the whole gradient
   * @param step from 0
   */
  update(weights: number, gradients: number, norm: number, lr: number, step: number): void {
    const { beta1, beta2, eps, clip, weightDecay } = this.#options;
    const { start, end } = this.slice;
    if (clip > 0 && norm > clip) this.#kernels.scale(gradients + start * 4, end - start, clip / norm);
    const border = Math.min(Math.max(this.#decayFloats, start), end);
    for (const [from, to, decay] of [
      [start, border, weightDecay],
      [border, end, 0],
    ] as const) {
      if (from >= to) continue;
      this.#kernels.adamStep({
        count: to - from,
        w: weights + from * 4,
        g: gradients + from * 4,
        m: this.#m + (from - start) * 4,
        v: this.#v + (from - start) * 4,
        lr,
        beta1,
        beta2,
        oneMinusBeta1: 1 - beta1,
        oneMinusBeta2: 1 - beta2,
        eps,
        weightDecay: decay,
        bias1: 1 - beta1 ** (step + 1),
        bias2: 1 - beta2 ** (step + 1),
      });
    }
    this.#updateAverage(weights, step);
  }

  #updateAverage(weights: number, step: number): void {
    const { average } = this;
    if (average.length === 0) return;
    // Young averages forget faster, else the first weights would weigh for thousands of steps.
    const decay = Math.min(this.#options.ema, (1 + step) / (10 + step));
    const w = this.#kernels.f32(weights + this.slice.start * 4, average.length);
    for (let i = 0; i < average.length; i++) average[i]! += (1 - decay) * (w[i]! - average[i]!);
  }
}
