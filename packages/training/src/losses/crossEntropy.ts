/** Softmax cross-entropy: the negative log-probability of the right class at each step. */
import { RivuletError } from '@rivulet/core';
import type { Loss } from './loss.ts';

/** Int32 [T][lanes]: the class of each step, -1 where none counts. */
export type Classes = Int32Array;

/** Working memory, kept between calls. */
let scratch = new Float64Array(0);

/**
 * The output is [T][classes][lanes] logits. The weight is the number of steps that count.
 * @throws DATA_INVALID for a class that the output lacks, naming step and lane
 */
export const crossEntropy: Loss<Classes> = ({
  output: { data, T, F, lanes },
  target,
  size,
  lengths,
  gradient,
}) => {
  if (scratch.length < 2 * lanes) scratch = new Float64Array(2 * lanes);
  const top = scratch.subarray(0, lanes);
  const total = scratch.subarray(lanes, 2 * lanes);
  let sum = 0;
  let weight = 0;
  for (let t = 0; t < T; t++) {
    const step = t * F * lanes;
    // Classes outside, lanes inside: neighbours in memory one after the other.
    top.fill(-Infinity);
    for (let c = 0; c < F; c++) {
      // Math.max keeps NaN: a run that diverges must show it.
      for (let lane = 0; lane < size; lane++)
        top[lane] = Math.max(top[lane]!, data[step + c * lanes + lane]!);
    }
    total.fill(0);
    for (let c = 0; c < F; c++) {
      for (let lane = 0; lane < size; lane++) {
        total[lane]! += Math.exp(data[step + c * lanes + lane]! - top[lane]!);
      }
    }
    for (let lane = 0; lane < size; lane++) {
      const wanted = target[t * lanes + lane]!;
      if (wanted === -1 || (lengths && t >= lengths[lane]!)) {
        top[lane] = Infinity;
        continue;
      }
      if (!(wanted >= 0 && wanted < F)) {
        throw new RivuletError('DATA_INVALID', `Class ${wanted} is none of 0 ... ${F - 1}`, {
          ...{ classes: F, got: wanted, step: t, lane },
        });
      }
      const logSum = top[lane]! + Math.log(total[lane]!);
      sum += logSum - data[step + wanted * lanes + lane]!;
      weight++;
      top[lane] = logSum;
    }
    if (!gradient) continue;
    for (let c = 0; c < F; c++) {
      for (let lane = 0; lane < size; lane++) {
        // Marked above as a step that does not count.
        if (top[lane] === Infinity) continue;
        const i = step + c * lanes + lane;
        gradient[i] = Math.exp(data[i]! - top[lane]!) - (target[t * lanes + lane] === c ? 1 : 0);
      }
    }
  }
  return { sum, weight };
};
