import { loadTrainKernels } from '@rivulet/kernels/train';
import { describe, expect, it } from 'vitest';
import { meanRecipe } from '../fixtures/recipes.ts';
import { AdamW, sliceOf } from './adamW.ts';
import { learningRate } from './learningRate.ts';

describe('learningRate', () => {
  const optimiser = { ...meanRecipe().optimiser, lr: 2, warmup: 10, floor: 0.1 };
  it('rises in a line, then falls along a cosine to its floor', () => {
    expect(learningRate(optimiser, 0, 110)).toBeCloseTo(0.2);
    expect(learningRate(optimiser, 9, 110)).toBeCloseTo(2);
    expect(learningRate(optimiser, 10, 110)).toBeCloseTo(2);
    expect(learningRate(optimiser, 60, 110)).toBeCloseTo(1.1);
    expect(learningRate(optimiser, 110, 110)).toBeCloseTo(0.2);
  });
  it('stays when it is constant', () => {
    expect(learningRate({ ...optimiser, schedule: 'constant' }, 100, 110)).toBe(2);
  });
});

describe('AdamW', () => {
  const floats = 24;
  const decayFloats = 12;
  const options = { ...meanRecipe().optimiser, lr: 0.1, weightDecay: 0.5, clip: 1, ema: 0.5 };

  /** The update as the paper writes it, in float64. */
  function reference(steps: number, gradient: (i: number, step: number) => number): number[] {
    const w = Array.from({ length: floats }, (_, i) => i / 10 - 1);
    const m = w.map(() => 0);
    const v = w.map(() => 0);
    for (let step = 0; step < steps; step++) {
      const g = w.map((_, i) => gradient(i, step));
      const norm = Math.hypot(...g);
      w.forEach((weight, i) => {
        const clipped = norm > options.clip ? (g[i]! * options.clip) / norm : g[i]!;
        m[i] = options.beta1 * m[i]! + (1 - options.beta1) * clipped;
        v[i] = options.beta2 * v[i]! + (1 - options.beta2) * clipped ** 2;
        const mean = m[i]! / (1 - options.beta1 ** (step + 1));
        const spread = Math.sqrt(v[i]! / (1 - options.beta2 ** (step + 1)));
        const decay = i < decayFloats ? options.weightDecay * weight : 0;
        w[i] = weight - options.lr * (mean / (spread + options.eps) + decay);
      });
    }
    return w;
  }

  it.each([1, 3])(
    'moves like the formula, over %i slice(s), and keeps biases from decay',
    async (threads) => {
      const kernels = await loadTrainKernels({ variant: 'plain' });
      const weights = kernels.alloc(floats);
      const gradients = kernels.alloc(floats);
      const slices = Array.from({ length: threads }, (_, i) => sliceOf(floats, i, threads));
      const optimisers = slices.map((slice) => new AdamW(kernels, options, slice, decayFloats));
      const gradient = (i: number, step: number): number =>
        Math.sin(i * 1.7 + step) * (step === 2 ? 0.01 : 1);
      kernels.f32(weights, floats).set(Array.from({ length: floats }, (_, i) => i / 10 - 1));
      for (let step = 0; step < 5; step++) {
        const g = Array.from({ length: floats }, (_, i) => gradient(i, step));
        kernels.f32(gradients, floats).set(g);
        for (const optimiser of optimisers) {
          optimiser.update(weights, gradients, Math.hypot(...g), options.lr, step);
        }
      }
      reference(5, gradient).forEach((wanted, i) => {
        expect(kernels.f32(weights, floats)[i]).toBeCloseTo(wanted, 5);
      });
      // The average follows behind the weights.
      expect(optimisers[0]!.average[0]).not.toBe(0);
      expect(optimisers[0]!.average[0]).not.toBe(kernels.f32(weights, floats)[0]);
    },
  );

  it('slices cover the vector without overlap', () => {
    const slices = [0, 1, 2, 3, 4].map((i) => sliceOf(36, i, 5));
    expect(slices[0]!.start).toBe(0);
    expect(slices.at(-1)!.end).toBe(36);
    for (let i = 1; i < slices.length; i++) expect(slices[i]!.start).toBe(slices[i - 1]!.end);
  });
});
