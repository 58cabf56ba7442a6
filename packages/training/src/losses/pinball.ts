/**
 * The quantile ("pinball") loss: a forecast of the 90 % quantile pays nine times as much for being too low as
 * for being too high, so that in the mean it is exceeded once in ten times (Koenker and Bassett 1978).
 */

export interface PinballResult {
  /** Sum over observed steps and levels of 2 max(q e, (q - 1) e), e = target - quantile; 2 so that the median's is |e|. */
  readonly sum: number;
  /** Observed steps. */
  readonly steps: number;
}

/**
 * @param quantiles [n, Q] row-major
 * @param target [n], NaN = missing: costs nothing and pulls at nothing
 * @param levels [Q] in (0, 1)
 * @param gradient [n, Q]; when given, d(sum)/d(quantiles) is written into it
 */
export function pinball(
  quantiles: Float32Array,
  target: Float32Array,
  levels: readonly number[],
  gradient?: Float32Array,
): PinballResult {
  const Q = levels.length;
  let sum = 0;
  let steps = 0;
  for (let i = 0; i < target.length; i++) {
    const row = i * Q;
    if (!Number.isFinite(target[i]!)) {
      gradient?.fill(0, row, row + Q);
      continue;
    }
    steps++;
    for (let q = 0; q < Q; q++) {
      const error = target[i]! - quantiles[row + q]!;
      const slope = error >= 0 ? levels[q]! : levels[q]! - 1;
      sum += 2 * slope * error;
      if (gradient !== undefined) gradient[row + q] = -2 * slope;
    }
  }
  return { sum, steps };
}
