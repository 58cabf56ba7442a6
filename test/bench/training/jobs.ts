/** The two reference jobs: what is trained, as recipes, and how many operations a step of each has. */
import { GATES } from '@rivulet/core';
import { parseRecipe, type Recipe } from '../../../packages/training/src/recipe.ts';

export interface Job {
  readonly name: 'A' | 'B';
  readonly what: string;
  readonly cell: 'lstm' | 'gru';
  readonly layers: number;
  readonly directions: 1 | 2;
  /** Units a direction. */
  readonly hidden: number;
  readonly input: number;
  readonly output: number;
  readonly batch: number;
  readonly T: number;
}

export const JOBS: readonly Job[] = [
  {
    ...{ name: 'A', what: '2-layer bidirectional LSTM, hidden 64 a direction, input 16, output 80' },
    ...{ cell: 'lstm', layers: 2, directions: 2, hidden: 64, input: 16, output: 80, batch: 32, T: 128 },
  },
  {
    ...{ name: 'B', what: 'GRU, hidden 128, input 8, output 9' },
    ...{ cell: 'gru', layers: 1, directions: 1, hidden: 128, input: 8, output: 9, batch: 32, T: 96 },
  },
];

/** As a file train.json would say it; the samples of a step are jobTask's. */
export function jobRecipe(job: Job): Recipe {
  return parseRecipe({
    task: 'job',
    seed: 1,
    data: { T: job.T, output: job.output },
    network: {
      inputs: { x: job.input },
      layers: [
        ...Array.from({ length: job.layers }, () => ({
          op: job.cell,
          hidden: job.hidden,
          bidirectional: job.directions === 2,
        })),
        { op: 'dense', name: 'y', units: job.output },
      ],
      outputs: ['y'],
    },
    // As PyTorch and tfjs are asked: Adam alone, no clipping.
    optimiser: { kind: 'adamw', lr: 1e-3, clip: 0, schedule: 'constant' },
    batch: job.batch,
    epochs: 1,
  });
}

/**
 * Floating-point operations of a step's matrix products, a multiplication and an addition counted as two: the
 * forward's, and twice as many back, without the gradient that nobody needs, of the first layer's input.
 */
export function jobOperations(job: Job): number {
  const { cell, T, batch, hidden, layers, directions, input, output } = job;
  const rows = GATES[cell] * hidden * directions;
  let products = 0;
  let width = input;
  for (let layer = 0; layer < layers; layer++) {
    products += rows * (width + hidden);
    width = directions * hidden;
  }
  products += output * width;
  return 2 * T * batch * (3 * products - rows * input);
}
