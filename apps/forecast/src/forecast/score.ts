/** How the forecasts fared, beside the seasonal naive on the same points. */
import { type ForecastRecord, LEVELS } from './forecastRecord.ts';

export interface Score {
  readonly forecasts: number;
  /** Pairs of a forecast value and the value that then came; gaps make no pair. */
  readonly points: number;
  /** In the sensor's unit. */
  readonly mae: number;
  readonly naiveMae: number;
  /** Scaled quantile loss: twice the pinball loss over the mean seasonal difference; lower is better. */
  readonly sql: number;
  readonly naiveSql: number;
  /** Share of values within the 80 % band. */
  readonly coverage80: number;
  /** 1 - sql / naiveSql: 0.2 = a fifth better than the naive, below 0 worse. NaN where the naive never errs. */
  readonly skill: number;
}

/** Loss of saying `quantile` for `level` when `value` came. Koenker and Bassett 1978. */
export const pinball = (value: number, quantile: number, level: number): number =>
  value >= quantile ? level * (value - quantile) : (1 - level) * (quantile - value);

/**
 * @param values `[length]`, NaN = gap. @param now values known: nothing at or after it is looked at.
 * @returns undefined where no forecast met a value yet.
 */
export function score(
  records: readonly ForecastRecord[],
  values: Float32Array,
  now: number,
): Score | undefined {
  let points = 0;
  let error = 0;
  let naiveError = 0;
  let loss = 0;
  let naiveLoss = 0;
  let within = 0;
  for (const { origin, horizon, median, quantiles, band80, naive, scale } of records) {
    const unit = scale > 0 ? scale : 1;
    for (let h = 0; h < horizon && origin + h < now; h++) {
      const value = values[origin + h]!;
      if (!Number.isFinite(value)) continue;
      points++;
      error += Math.abs(value - median[h]!);
      naiveError += Math.abs(value - naive.point[h]!);
      if (value >= band80.lo[h]! && value <= band80.hi[h]!) within++;
      LEVELS.forEach((level, q) => {
        loss += (2 * pinball(value, quantiles[q]![h]!, level)) / unit;
        naiveLoss += (2 * pinball(value, naive.quantiles[q]![h]!, level)) / unit;
      });
    }
  }
  if (points === 0) return undefined;
  return {
    forecasts: records.length,
    points,
    mae: error / points,
    naiveMae: naiveError / points,
    sql: loss / points / LEVELS.length,
    naiveSql: naiveLoss / points / LEVELS.length,
    coverage80: within / points,
    skill: naiveLoss > 0 ? 1 - loss / naiveLoss : Number.NaN,
  };
}
