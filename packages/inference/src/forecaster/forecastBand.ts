/** What a forecast looks like to a caller, and how it is made of nine quantiles per step. Types and plain functions. */

import { interpolateQuantiles } from '@rivulet/core';

export interface ForecastRequest {
  /** [n] readings, oldest first, at equal steps; NaN = missing. Not to be written into before the promise settles. */
  readonly y: ArrayLike<number>;
  /** Steps to forecast. */
  readonly horizon: number;
  /** Widths of the bands in percent. Default [80, 95]. */
  readonly levels?: readonly number[] | undefined;
  /** Steps of the season, 1 = none; found by autocorrelation when absent. */
  readonly season?: number | undefined;
}

export interface ForecastBand {
  /** [horizon] in units of y: mean of the quantiles. */
  readonly mean: Float32Array;
  /** [horizon] the 0.5 quantile. */
  readonly median: Float32Array;
  /** [horizon] each, by level: '0.1' ... '0.9'. */
  readonly quantiles: Readonly<Record<string, Float32Array>>;
  /** Central bands by width in percent: 80 lies between the quantiles 0.1 and 0.9. */
  readonly levels: Readonly<Record<string, { readonly lo: Float32Array; readonly hi: Float32Array }>>;
  /** Steps of the season the forecast rests on, given or found. */
  readonly season: number;
}

/**
 * @param rows [horizon, Q] row-major, ascending in every row, units of y
 * @param levels [Q] of the rows, e.g. 0.1 ... 0.9
 * @param widths percent; a band wider than the outermost levels continues them by a normal tail
 */
export function forecastBand(
  rows: Float64Array,
  levels: readonly number[],
  widths: readonly number[],
  season: number,
): ForecastBand {
  const Q = levels.length;
  const horizon = rows.length / Q;
  const column = (q: number) => Float32Array.from({ length: horizon }, (_, h) => rows[h * Q + q]!);
  const quantiles: Record<string, Float32Array> = {};
  levels.forEach((level, q) => {
    quantiles[String(level)] = column(q);
  });
  const mean = new Float32Array(horizon);
  for (let h = 0; h < horizon; h++) {
    let sum = 0;
    for (let q = 0; q < Q; q++) sum += rows[h * Q + q]!;
    mean[h] = sum / Q;
  }
  const at = (p: number) =>
    Float32Array.from({ length: horizon }, (_, h) =>
      interpolateQuantiles(levels, rows.subarray(h * Q, (h + 1) * Q), p),
    );
  const bands: Record<string, { lo: Float32Array; hi: Float32Array }> = {};
  for (const width of widths) bands[String(width)] = { lo: at(0.5 - width / 200), hi: at(0.5 + width / 200) };
  return { mean, median: at(0.5), quantiles, levels: bands, season };
}
