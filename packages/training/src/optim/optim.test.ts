import { readFileSync } from 'node:fs';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { describe, expect, it } from 'vitest';
import { meanRecipe } from '../fixtures/recipes.ts';
import { parseOptions } from '../parseOptions.ts';
import { learningRate } from './learningRate.ts';
import { Optimiser, sliceOf } from './optimiser.ts';
import { type OptimiserRecipe, optimiserSchema } from './optimiserSchema.ts';
import { afterValidation, isExhausted, type Patience } from './patience.ts';

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
  it('is what a plateau left of it, not below the floor', () => {
    const plateau = { ...optimiser, schedule: 'plateau' } as const;
    expect(learningRate(plateau, 4, 110, 0.5)).toBeCloseTo(0.5);
    expect(learningRate(plateau, 50, 110)).toBe(2);
    expect(learningRate(plateau, 50, 110, 0.25)).toBe(0.5);
    expect(learningRate(plateau, 50, 110, 0.01)).toBeCloseTo(0.2);
  });
});

describe('AdamW', () => {
  const floats = 24;
  const decayFloats = 12;
  const adamw = meanRecipe().optimiser;
  if (adamw.kind !== 'adamw') throw new Error(`the recipe of tests has ${adamw.kind}`);
  const options = { ...adamw, lr: 0.1, weightDecay: 0.5, clip: 1, ema: 0.5 };

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
      const optimisers = slices.map((slice) => new Optimiser(kernels, options, slice, decayFloats));
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

describe('patience', () => {
  const optimiser = parse({
    kind: 'adamw',
    lr: 1,
    schedule: 'plateau',
    plateau: { factor: 0.1, patience: 1, delta: 0.05 },
    earlyStop: { patience: 4 },
  });
  const after = (figures: readonly number[]): Patience =>
    figures.reduce((state, figure) => afterValidation(state, optimiser, figure), { lowered: 1 } as Patience);

  it('lowers the learning rate each time that validations stop getting better by enough', () => {
    expect(after([1, 0.9, 0.8]).lowered).toBe(1);
    expect(after([1, 0.98, 0.97]).lowered).toBeCloseTo(0.1);
    expect(after([1, 0.98, 0.97, 0.96, 0.8]).lowered).toBeCloseTo(0.1);
    expect(after([1, 2, 3, 4, 5]).lowered).toBeCloseTo(0.01);
  });
  it('ends a run that no longer gets better, and counts NaN as not better', () => {
    expect(isExhausted(after([1, 2, 2, 2]), optimiser)).toBe(false);
    expect(isExhausted(after([1, 2, 2, 2, 2]), optimiser)).toBe(true);
    expect(isExhausted(after([1, 2, 2, 0.9, 2, 2, 2]), optimiser)).toBe(false);
    expect(isExhausted(after([1, Number.NaN, 2, Number.NaN, 2]), optimiser)).toBe(true);
    expect(isExhausted(after([Number.NaN, 1]), optimiser)).toBe(false);
    expect(isExhausted(after([1, 2, 2, 2, 2]), parse({ kind: 'sgd', lr: 1 }))).toBe(false);
  });
  it('goes on as it was from what JSON keeps of it', () => {
    const kept = JSON.parse(JSON.stringify(after([Number.NaN, 2, 3]))) as Patience;
    expect(afterValidation(kept, optimiser, 2.5)).toEqual(after([Number.NaN, 2, 3, 2.5]));
  });
});

interface Stored {
  readonly title: string;
  readonly optimiser: unknown;
  readonly weights: readonly number[];
}
const stored = JSON.parse(
  readFileSync(new URL('fixtures/torchOptimisers.json', import.meta.url), 'utf8'),
) as Stored[];

describe.each(['plain', 'relaxed'] as const)('optimisers move as in PyTorch, %s', async (variant) => {
  const kernels = await loadTrainKernels({ variant });

  it.each(stored)('$title', ({ optimiser: recipe, weights }) => {
    const floats = weights.length;
    const options = parse(recipe);
    const [w, g] = [kernels.alloc(floats), kernels.alloc(floats)];
    kernels.f32(w, floats).set(weights.map((_, i) => i / 10 - 1));
    const optimiser = new Optimiser(kernels, options, sliceOf(floats, 0, 1), floats / 2);
    for (let step = 0; step < 5; step++) {
      const gradient = weights.map((_, i) => Math.sin(i * 1.7 + step) * (step === 2 ? 0.01 : 1));
      kernels.f32(g, floats).set(gradient);
      optimiser.update(w, g, Math.hypot(...gradient), options.lr, step);
    }
    weights.forEach((wanted, i) => {
      expect(kernels.f32(w, floats)[i]).toBeCloseTo(wanted, 6);
    });
  });
});

function parse(json: unknown): OptimiserRecipe {
  return parseOptions(optimiserSchema, json, 'optimiser');
}
