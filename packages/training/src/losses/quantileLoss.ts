/** The quantile loss of several levels at once (`pinball.ts`), over lanes. */
import type { Loss, LossSum, Values } from './loss.ts';
import { pinball } from './pinball.ts';

/**
 * @param levels [Q] in (0, 1). The output is [T][targets * Q][lanes], each target's quantiles side by side, as the
 *   head `quantiles` leaves them; the target [T][targets][lanes].
 */
export function quantileLoss(levels: readonly number[]): Loss<Values> {
  const Q = levels.length;
  const row = new Float32Array(Q);
  const slope = new Float32Array(Q);
  const wanted = new Float32Array(1);
  return ({ output: { data, T, F, lanes }, target, size, lengths, gradient }): LossSum => {
    let sum = 0;
    let weight = 0;
    for (let step = 0; step < T * (F / Q); step++) {
      for (let lane = 0; lane < size; lane++) {
        if (lengths && Math.floor((step * Q) / F) >= lengths[lane]!) continue;
        wanted[0] = target[step * lanes + lane]!;
        const first = step * Q * lanes + lane;
        for (let q = 0; q < Q; q++) row[q] = data[first + q * lanes]!;
        const found = pinball(row, wanted, levels, slope);
        sum += found.sum;
        weight += found.steps;
        for (let q = 0; gradient && q < Q; q++) gradient[first + q * lanes] = slope[q]!;
      }
    }
    return { sum, weight };
  };
}
