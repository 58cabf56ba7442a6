/**
 * What every loss is: a function of a network's output and a target that gives the sum over all that counts, how
 * much counted, and the gradient of the sum. Types, and the walk over what counts.
 */
import type { LaneTensor } from '../task.ts';

export interface LossCall<Target> {
  /** [T][F][lanes] */
  readonly output: LaneTensor;
  readonly target: Target;
  /** Real samples; they fill the first lanes. */
  readonly size: number;
  /** [lanes] valid steps; absent: all */
  readonly lengths?: Int32Array | undefined;
  /** Laid out like the output; d(sum)/d(output) is written wherever something counts, the rest stays. */
  readonly gradient?: Float32Array | undefined;
}

export interface LossSum {
  readonly sum: number;
  /** What to divide by: steps, values or samples that counted. */
  readonly weight: number;
}

export type Loss<Target> = (call: LossCall<Target>) => LossSum;

/** [T][targets][lanes]; NaN = missing, which costs nothing and pulls at nothing. */
export type Values = Float32Array;

/**
 * Calls for each observed value with its target, the place of its first parameter in the output and how far apart
 * its parameters stand, and adds up what the calls return.
 * @param parameters features of the output for each target
 */
export function sumOverValues(
  { output: { data, T, F, lanes }, target, size, lengths }: LossCall<Values>,
  parameters: number,
  each: (data: Float32Array, wanted: number, first: number, apart: number) => number,
): LossSum {
  const targets = F / parameters;
  let sum = 0;
  let weight = 0;
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < targets; n++) {
      for (let lane = 0; lane < size; lane++) {
        if (lengths && t >= lengths[lane]!) continue;
        const wanted = target[(t * targets + n) * lanes + lane]!;
        if (Number.isNaN(wanted)) continue;
        sum += each(data, wanted, (t * F + n) * lanes + lane, targets * lanes);
        weight++;
      }
    }
  }
  return { sum, weight };
}
