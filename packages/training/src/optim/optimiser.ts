/**
 * The optimiser over one thread's slice of the flat parameter vector, with the running average of the weights.
 * What changes from step to step is passed in, so the only state is the moments and the average.
 */
import type { TrainKernels } from '@rivulet/kernels/train';
import type { OptimiserRecipe } from './optimiserSchema.ts';

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

/** A run of floats that one kind of step moves. */
interface Part {
  readonly count: number;
  readonly w: number;
  readonly g: number;
  /** Adam's first moment, or the momentum of gradient descent, which has no second one. */
  readonly m: number;
  readonly v: number;
  readonly weightDecay: number;
}

export class Optimiser {
  readonly slice: Slice;
  readonly #kernels: TrainKernels;
  readonly #options: OptimiserRecipe;
  readonly #m: number;
  readonly #v: number;
  /** The average of the slice's weights; empty when the recipe keeps none. */
  readonly average: Float32Array;
  readonly #decayFloats: number;

  /** @param decayFloats the vector's first floats, which decay */
  constructor(kernels: TrainKernels, options: OptimiserRecipe, slice: Slice, decayFloats: number) {
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
   * @param step updates before this one
   */
  update(weights: number, gradients: number, norm: number, lr: number, step: number): void {
    const { clip, clipValue, weightDecay } = this.#options;
    const { start, end } = this.slice;
    const kernels = this.#kernels;
    if (clip > 0 && norm > clip) kernels.scale(gradients + start * 4, end - start, clip / norm);
    if (clipValue !== undefined) kernels.clamp(gradients + start * 4, end - start, clipValue);
    const border = Math.min(Math.max(this.#decayFloats, start), end);
    for (const [from, to, decay] of [
      [start, border, weightDecay],
      [border, end, 0],
    ] as const) {
      if (from >= to) continue;
      const own = (from - start) * 4;
      const [w, g] = [weights + from * 4, gradients + from * 4];
      this.#move(
        { count: to - from, w, g, m: this.#m + own, v: this.#v + own, weightDecay: decay },
        lr,
        step,
      );
    }
    this.#updateAverage(weights, step);
  }

  #move(part: Part, lr: number, step: number): void {
    const kernels = this.#kernels;
    const options = this.#options;
    if (options.kind === 'sgd') {
      kernels.sgdStep({ ...part, lr, momentum: options.momentum, nesterov: options.nesterov });
      return;
    }
    const { beta1, beta2, eps } = options;
    const within = options.kind === 'adam' && part.weightDecay > 0;
    if (within) kernels.addScaled(part.g, part.w, part.count, part.weightDecay);
    kernels.adamStep({
      ...part,
      ...(within ? { weightDecay: 0 } : {}),
      lr,
      beta1,
      beta2,
      oneMinusBeta1: 1 - beta1,
      oneMinusBeta2: 1 - beta2,
      eps,
      bias1: 1 - beta1 ** (step + 1),
      bias2: 1 - beta2 ** (step + 1),
    });
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
