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

/** What one forecast has earned from the values of `origin ... until - 1`. */
interface Sums {
  readonly values: Float32Array;
  until: number;
  points: number;
  error: number;
  naiveError: number;
  loss: number;
  naiveLoss: number;
  within: number;
}

/** A replay asks for the same forty forecasts at every step: only the values that are new are added. */
const known = new WeakMap<ForecastRecord, Sums>();

function sumsOf(record: ForecastRecord, values: Float32Array, until: number): Sums {
  let sums = known.get(record);
  if (!sums || sums.values !== values || sums.until > until) {
    sums = {
      values,
      until: record.origin,
      points: 0,
      error: 0,
      naiveError: 0,
      loss: 0,
      naiveLoss: 0,
      within: 0,
    };
    known.set(record, sums);
  }
  for (; sums.until < until; sums.until++) addValue(sums, record, values[sums.until]!);
  return sums;
}

function addValue(sums: Sums, record: ForecastRecord, value: number): void {
  if (!Number.isFinite(value)) return;
  const { median, quantiles, band80, naive, scale } = record;
  const h = sums.until - record.origin;
  const unit = scale > 0 ? scale : 1;
  sums.points++;
  sums.error += Math.abs(value - median[h]!);
  sums.naiveError += Math.abs(value - naive.point[h]!);
  if (value >= band80.lo[h]! && value <= band80.hi[h]!) sums.within++;
  LEVELS.forEach((level, q) => {
    sums.loss += (2 * pinball(value, quantiles[q]![h]!, level)) / unit;
    sums.naiveLoss += (2 * pinball(value, naive.quantiles[q]![h]!, level)) / unit;
  });
}

/**
 * @param values `[length]`, NaN = gap. @param now values known: nothing at or after it is looked at.
 * @returns undefined where no forecast met a value yet.
 */
export function score(
  records: readonly ForecastRecord[],
  values: Float32Array,
  now: number,
): Score | undefined {
  const all = { points: 0, error: 0, naiveError: 0, loss: 0, naiveLoss: 0, within: 0 };
  for (const record of records) {
    const sums = sumsOf(record, values, Math.min(now, record.origin + record.horizon, values.length));
    for (const key of Object.keys(all) as (keyof typeof all)[]) all[key] += sums[key];
  }
  const { points, loss, naiveLoss } = all;
  if (points === 0) return undefined;
  return {
    forecasts: records.length,
    points,
    mae: all.error / points,
    naiveMae: all.naiveError / points,
    sql: loss / points / LEVELS.length,
    naiveSql: naiveLoss / points / LEVELS.length,
    coverage80: all.within / points,
    skill: naiveLoss > 0 ? 1 - loss / naiveLoss : Number.NaN,
  };
}
