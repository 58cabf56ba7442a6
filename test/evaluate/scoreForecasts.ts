/**
 * Scores a forecaster window by window against the seasonal naive: scaled quantile loss (SQL), mean absolute
 * scaled error (MASE), coverage of the 80 % band. Scaled by the mean absolute seasonal difference of the whole
 * past before each window.
 */

import { seasonalError } from '@rivulet/core';
import type { loadForecaster } from '@rivulet/inference/node';
import { naiveReadings, naiveScore, pinball, type SensorSeries } from '@rivulet/training';

export type Forecaster = Awaited<ReturnType<typeof loadForecaster>>;

export const LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export interface WindowScore {
  readonly sql: number;
  readonly mase: number;
  /** Sum of twice the pinball loss, mean over levels, in units of y. */
  readonly loss: number;
  /** Share of observed targets within the 80 % band. */
  readonly covered: number;
}

export interface WindowComparison {
  readonly model?: WindowScore;
  readonly naive: WindowScore;
  /** Sum of |target|. */
  readonly size: number;
}

/**
 * @param origin index of the first target
 * @returns undefined when no target was read or the sensor never moved before
 */
export async function compareOnWindow(
  forecaster: Forecaster | undefined,
  series: SensorSeries,
  origin: number,
  horizon: number,
): Promise<WindowComparison | undefined> {
  const { y, season } = series;
  const error = seasonalError(y, season, 0, origin);
  const target = Float32Array.from(y.subarray(origin, origin + horizon));
  const observed = target.filter(Number.isFinite);
  if (observed.length === 0 || error === 0) return undefined;
  const naive = { ...naiveScore(series, origin, horizon, LEVELS, error), covered: Number.NaN };
  const size = observed.reduce((sum, value) => sum + Math.abs(value), 0);
  if (forecaster === undefined) return { naive, size };

  const past = y.subarray(Math.max(0, origin - Math.max(naiveReadings(season), 10 * season)), origin);
  const band = await forecaster.predict({ y: past, horizon, season, levels: [80] });
  const quantiles = new Float32Array(horizon * LEVELS.length);
  LEVELS.forEach((level, q) => {
    const column = band.quantiles[String(level)]!;
    for (let h = 0; h < horizon; h++) quantiles[h * LEVELS.length + q] = column[h]!;
  });
  const { sum, steps } = pinball(quantiles, target, LEVELS);
  const point = pinball(band.median, target, [0.5]);
  const { lo, hi } = band.levels['80']!;
  let inside = 0;
  target.forEach((value, h) => {
    if (value >= lo[h]! && value <= hi[h]!) inside++;
  });
  const model = {
    sql: sum / (steps * LEVELS.length * error),
    mase: point.sum / (steps * error),
    loss: sum / LEVELS.length,
    covered: inside / steps,
  };
  return { model, naive, size };
}
