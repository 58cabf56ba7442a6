/** How the seasonal naive does on one window: the yardstick beside every figure of a forecaster. */

import { seasonalNaive } from '@rivulet/core';
import type { SensorSeries } from '../data/series/sensorSeries.ts';
import { pinball } from '../losses/pinball.ts';

/**
 * Readings from which the naive's interval is made: the last 1,000, as in the public benchmark on ETT, or eight
 * seasons where that is more.
 */
export const naiveReadings = (season: number): number => Math.max(1000, 8 * season);

export interface NaiveScore {
  /** Twice the pinball loss, mean over steps and levels, over the seasonal error. */
  readonly sql: number;
  /** Mean absolute error of the point forecast over the seasonal error. */
  readonly mase: number;
  /** Sum of twice the pinball loss over steps, mean over levels; in units of y. */
  readonly loss: number;
}

/**
 * @param origin index of the first target
 * @param error mean absolute seasonal difference of the past, in units of y
 * A window without an observed target scores NaN.
 */
export function naiveScore(
  { y, season }: Pick<SensorSeries, 'y' | 'season'>,
  origin: number,
  horizon: number,
  levels: readonly number[],
  error: number,
): NaiveScore {
  const recent = naiveReadings(season);
  const naive = seasonalNaive(y.subarray(Math.max(0, origin - recent), origin), season, horizon, { recent });
  const target = Float32Array.from({ length: horizon }, (_, h) => y[origin + h] ?? Number.NaN);
  const quantiles = new Float32Array(horizon * levels.length);
  levels.forEach((level, q) => {
    naive.quantile(level).forEach((value, h) => {
      quantiles[h * levels.length + q] = value;
    });
  });
  const { sum, steps } = pinball(quantiles, target, levels);
  const point = pinball(Float32Array.from(naive.point), target, [0.5]);
  return {
    sql: sum / (steps * levels.length * error),
    mase: point.sum / (steps * error),
    loss: sum / levels.length,
  };
}
