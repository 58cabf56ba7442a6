/**
 * Fills the gaps of a series. A sensor that was silent for two hours is not a sensor that read zero: a short
 * gap is bridged by a line, a long one repeats the same phase of the season before, and what was really
 * measured is marked so that nobody downstream mistakes a filled value for a reading.
 */

import { RivuletError } from '../errors.ts';

export interface Imputed {
  /** [n]; finite everywhere, equal to the input where it was observed. */
  readonly values: Float64Array;
  /** [n]; 1 where the input was a finite number. */
  readonly observed: Uint8Array;
  /** How many were observed. */
  readonly count: number;
}

export interface ImputeOptions {
  /** Steps in a season; 1 = none. Default 1. */
  readonly season?: number;
  /** Gaps up to this many steps are bridged by a line. Default: an eighth of the season, at least 3. */
  readonly line?: number;
}

/**
 * @param y [n] readings; NaN and the infinities are missing.
 * Nothing observed gives zeros. Filled values stay within the range of the observed ones.
 */
export function impute(y: ArrayLike<number>, options: ImputeOptions = {}): Imputed {
  const season = options.season ?? 1;
  if (!Number.isInteger(season) || season < 1) {
    throw new RivuletError('ARGUMENT', `season must be a whole number of at least 1 step, got ${season}`, {
      season,
    });
  }
  const line = options.line ?? Math.max(3, Math.floor(season / 8));
  const n = y.length;
  const values = new Float64Array(n);
  const observed = new Uint8Array(n);
  let count = 0;
  for (let t = 0; t < n; t++) {
    const value = y[t]!;
    if (Number.isFinite(value)) {
      values[t] = value;
      observed[t] = 1;
      count++;
    }
  }
  if (count === 0 || count === n) return { values, observed, count };

  let start = 0;
  while (start < n) {
    if (observed[start]) {
      start++;
      continue;
    }
    let end = start;
    while (end < n && !observed[end]) end++;
    fillGap(values, start, end, season, line);
    start = end;
  }
  return { values, observed, count };
}

/** Fills values[start, end); everything before `start` is final already, values[end] is observed. */
function fillGap(values: Float64Array, start: number, end: number, season: number, line: number): void {
  const n = values.length;
  if (start === 0) {
    values.fill(values[end]!, 0, end);
    return;
  }
  const left = values[start - 1]!;
  const right = end < n ? values[end]! : left;
  const bridged = end < n && end - start <= line;
  for (let t = start; t < end; t++) {
    if (!bridged && season > 1 && t >= season) values[t] = values[t - season]!;
    else values[t] = left + ((right - left) * (t - start + 1)) / (end - start + 1);
  }
}
