/** Random weights, inputs, lengths and upstream gradients of one case, all from its seed. */
import { GATES } from '@rivulet/core';
import type { CellKind } from '../trainTypes.ts';
import { seeded, uniform } from './random.ts';
import type { RecurrentCase } from './recurrentCases.ts';
import type { RecurrentProblem } from './recurrentReference.ts';
import type { Upstream } from './runRecurrent.ts';

export function makeProblem(
  cell: CellKind,
  { T, B, input, hidden, reverse, lengths, states }: RecurrentCase,
  seed: number,
): { problem: RecurrentProblem; upstream: Upstream } {
  const random = seeded(seed);
  const G = GATES[cell];
  const unit = hidden * B;
  return {
    problem: {
      ...{ cell, T, B, input, hidden, reverse },
      // Some full lanes, some partial, the last three empty as padding is.
      lens: lengths
        ? Array.from({ length: B }, (_, i) => (i > B - 4 ? 0 : i === 0 ? T : Math.floor(random() * (T + 1))))
        : undefined,
      x: uniform(random, T * input * B, 1),
      w: uniform(random, G * hidden * input, 0.7),
      // Deviation times sqrt(hidden) below 1: a chaotic network would multiply roundings from step to step.
      r: uniform(random, G * hidden * hidden, Math.min(0.7, 1.5 / Math.sqrt(hidden))),
      b: uniform(random, 2 * G * hidden, 0.5),
      h0: states ? uniform(random, unit, 1) : undefined,
      c0: states && cell === 'lstm' ? uniform(random, unit, 1) : undefined,
    },
    upstream: {
      dy: uniform(random, T * unit, 1),
      dhn: states ? uniform(random, unit, 1) : undefined,
      dcn: states && cell === 'lstm' ? uniform(random, unit, 1) : undefined,
    },
  };
}
