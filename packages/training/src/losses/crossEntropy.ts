/** Softmax cross-entropy: the negative log-probability of the right class at each step. */
import { RivuletError } from '@rivulet/core';
import type { Loss } from './loss.ts';

/** Int32 [T][lanes]: the class of each step, -1 where none counts. */
export type Classes = Int32Array;

/** Working memory, kept between calls. */
let scratch = new Float64Array(0);
let counted = new Int32Array(0);

/**
 * The output is [T][classes][lanes] logits. The weight is the number of steps that count.
 * @throws DATA_INVALID for a class that the output lacks, naming step and lane
 */
export const crossEntropy: Loss<Classes> = ({ output, target, size, lengths, gradient }) => {
  const { data, T, F, lanes } = output;
  if (scratch.length < 2 * lanes) scratch = new Float64Array(2 * lanes);
  if (counted.length < lanes) counted = new Int32Array(lanes);
  const top = scratch.subarray(0, lanes);
  const total = scratch.subarray(lanes, 2 * lanes);
  let sum = 0;
  let weight = 0;
  for (let t = 0; t < T; t++) {
    const step = t * F * lanes;
    for (let lane = 0; lane < size; lane++) {
      const wanted = lengths && t >= lengths[lane]! ? -1 : target[t * lanes + lane]!;
      if (!(wanted >= -1 && wanted < F)) {
        throw new RivuletError('DATA_INVALID', `Class ${wanted} is none of 0 ... ${F - 1}`, {
          ...{ classes: F, got: wanted, step: t, lane },
        });
      }
      counted[lane] = wanted;
    }
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
        const i = step + c * lanes + lane;
        const power = Math.exp(data[i]! - top[lane]!);
        total[lane]! += power;
        // Kept for the gradient: a power costs more than all the rest.
        if (gradient && counted[lane]! >= 0) gradient[i] = power;
      }
    }
    for (let lane = 0; lane < size; lane++) {
      const wanted = counted[lane]!;
      if (wanted < 0) continue;
      sum += top[lane]! + Math.log(total[lane]!) - data[step + wanted * lanes + lane]!;
      weight++;
      total[lane] = 1 / total[lane]!;
    }
    if (!gradient) continue;
    for (let c = 0; c < F; c++) {
      for (let lane = 0; lane < size; lane++) {
        if (counted[lane]! < 0) continue;
        const i = step + c * lanes + lane;
        gradient[i] = gradient[i]! * total[lane]! - (counted[lane] === c ? 1 : 0);
      }
    }
  }
  return { sum, weight };
};
