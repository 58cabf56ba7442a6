/**
 * The forecast every model must beat: what was read one season ago, with normal intervals whose width comes
 * from the seasonal differences of the past and grows with every further season, sigma * sqrt(floor((h-1)/s)+1)
 * (the interval rule of the public benchmarks' SeasonalNaive). Also the error that scales every figure: the
 * mean absolute seasonal difference of the past (Hyndman and Koehler 2006).
 */

import { impute } from './impute.ts';
import { normalQuantile } from './normalQuantile.ts';

export interface SeasonalNaive {
  /** [horizon] */
  readonly point: Float64Array;
  /** [horizon] standard deviation of the interval. */
  readonly sigma: Float64Array;
  /** Quantile at `level` in (0, 1), [horizon]. */
  quantile(level: number): Float64Array;
}

export interface SeasonalNaiveOptions {
  /**
   * Only this many of the last readings make sigma (the first season of them serves as lag only). The public
   * benchmark on ETT hands its classical baselines the last 1,000. Default: all.
   */
  readonly recent?: number;
}

/**
 * @param y [n] the past, NaN = missing. A missing value of the last season is filled as `impute` fills it; missing
 * readings take no part in sigma. A past shorter than a season repeats its last reading.
 */
export function seasonalNaive(
  y: ArrayLike<number>,
  season: number,
  horizon: number,
  options: SeasonalNaiveOptions = {},
): SeasonalNaive {
  const { values } = impute(y, { season });
  const n = values.length;
  let squares = 0;
  let pairs = 0;
  for (let t = Math.max(0, n - (options.recent ?? n)) + season; t < n; t++) {
    const difference = y[t]! - y[t - season]!;
    if (!Number.isFinite(difference)) continue;
    squares += difference * difference;
    pairs++;
  }
  const deviation = pairs > 0 ? Math.sqrt(squares / pairs) : 0;
  const point = new Float64Array(horizon);
  const sigma = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) {
    const seasons = Math.floor(h / season) + 1;
    const t = n + h - seasons * season;
    point[h] = t >= 0 ? values[t]! : n > 0 ? values[n - 1]! : 0;
    sigma[h] = deviation * Math.sqrt(seasons);
  }
  return {
    point,
    sigma,
    quantile(level) {
      const z = normalQuantile(level);
      return point.map((value, h) => value + z * sigma[h]!);
    },
  };
}

/** Mean |y[t] - y[t - season]| over the observed pairs of [from, to); 0 without a pair. In units of y. */
export function seasonalError(y: ArrayLike<number>, season: number, from = 0, to: number = y.length): number {
  let sum = 0;
  let pairs = 0;
  for (let t = from + season; t < to; t++) {
    const difference = Math.abs(y[t]! - y[t - season]!);
    if (!Number.isFinite(difference)) continue;
    sum += difference;
    pairs++;
  }
  return pairs > 0 ? sum / pairs : 0;
}
