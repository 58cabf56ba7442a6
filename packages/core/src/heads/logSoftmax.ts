/** Log-probabilities from logits, and the log-space sum that everything in CTC is built from. */

import { checkSteps } from './checkSteps.ts';

/** log(e^a + e^b) without overflow; -Infinity is the empty sum. */
export function logAdd(a: number, b: number): number {
  if (a < b) return b + Math.log1p(Math.exp(a - b));
  return b === -Infinity ? a : a + Math.log1p(Math.exp(b - a));
}

/**
 * log(sum e^x) over `count` numbers from `from`; -Infinity when there are none.
 * The largest is taken out first, so that e^x cannot overflow.
 */
export function logSumExp(values: Float32Array, from: number, count: number): number {
  let largest = -Infinity;
  for (let i = from; i < from + count; i++) if (values[i]! > largest) largest = values[i]!;
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}

/**
 * Rows of logits become rows of log-probabilities.
 * @param logits [T, C] row-major
 * @param out [T, C]; may be `logits` itself
 * @returns `out`
 * @throws RivuletError MODEL_SHAPE when `logits` has fewer than T * C numbers
 */
export function logSoftmax(
  logits: Float32Array,
  T: number,
  C: number,
  out: Float32Array = new Float32Array(T * C),
): Float32Array {
  checkSteps(logits, T, C);
  for (let row = 0; row < T * C; row += C) {
    const total = logSumExp(logits, row, C);
    for (let c = row; c < row + C; c++) out[c] = logits[c]! - total;
  }
  return out;
}
