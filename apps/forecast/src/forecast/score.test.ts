import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ForecastRecord, forecastRecord, LEVELS } from './forecastRecord.ts';
import { pinball, score } from './score.ts';

/** A forecast at `origin` that says `quantile(level)` at every step. */
function record(
  origin: number,
  horizon: number,
  quantile: (level: number) => number,
  naive = 0,
): ForecastRecord {
  const flat = (value: number) => new Float32Array(horizon).fill(value);
  return {
    origin,
    horizon,
    median: flat(quantile(0.5)),
    quantiles: LEVELS.map((level) => flat(quantile(level))),
    band80: { lo: flat(quantile(0.1)), hi: flat(quantile(0.9)) },
    band95: { lo: flat(quantile(0.025)), hi: flat(quantile(0.975)) },
    naive: { point: flat(naive), quantiles: LEVELS.map(() => flat(naive)) },
    scale: 2,
  };
}

describe('pinball', () => {
  it('is least, on average, at the true quantile', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LEVELS), fc.double({ min: -3, max: 3, noNaN: true }), (level, off) => {
        // Values 0..99 evenly: the level's quantile is 100 * level.
        const mean = (q: number) =>
          Array.from({ length: 100 }, (_, i) => pinball(i + 0.5, q, level)).reduce((a, b) => a + b);
        expect(mean(100 * level)).toBeLessThanOrEqual(mean(100 * level + off) + 1e-9);
      }),
    );
  });
});

describe('score', () => {
  const values = Float32Array.from({ length: 20 }, (_, i) => i);

  it('counts by hand: error, naive, quantile loss, coverage', () => {
    // At origin 10 says 11 +- 10 (level - 0.5); values 10, 11, 12 came.
    const result = score([record(10, 3, (level) => 11 + 10 * (level - 0.5), 9)], values, 20)!;
    expect(result).toMatchObject({ points: 3, forecasts: 1, coverage80: 1 });
    expect(result.mae).toBeCloseTo(2 / 3);
    expect(result.naiveMae).toBeCloseTo(2);
    // All quantiles at one value: twice the mean pinball is the absolute error, over the scale of 2.
    expect(result.naiveSql).toBeCloseTo(1);
    const byHand = [10, 11, 12].flatMap((value) =>
      LEVELS.map((level) => (2 * pinball(value, 11 + 10 * (level - 0.5), level)) / 2),
    );
    expect(result.sql).toBeCloseTo(byHand.reduce((a, b) => a + b) / byHand.length);
    expect(result.skill).toBeCloseTo(1 - result.sql / result.naiveSql);
  });

  it('looks at nothing from now on, and takes no gap for a pair', () => {
    const gappy = values.slice();
    gappy[11] = Number.NaN;
    const records = [record(10, 5, () => 10)];
    expect(score(records, values, 12)!.points).toBe(2);
    expect(score(records, gappy, 12)!.points).toBe(1);
    expect(score(records, values, 10)).toBeUndefined();
    const future = values.slice();
    future.fill(1e9, 12);
    expect(score(records, future, 12)).toEqual(score(records, values, 12));
  });

  it('adds step by step to what it finds at once, forwards and back', () => {
    const records = [4, 7, 10].map((origin) => record(origin, 6, (level) => origin + level));
    const fresh = () => [4, 7, 10].map((origin) => record(origin, 6, (level) => origin + level));
    for (const now of [5, 6, 12, 20, 9, 8, 20]) {
      expect(score(records, values, now)).toEqual(score(fresh(), values, now));
    }
  });

  it('gives the naive no skill over itself', () => {
    const past = Float32Array.from(
      { length: 96 },
      (_, i) => Math.sin((i / 24) * 2 * Math.PI) + 0.1 * Math.cos(i * i),
    );
    const made = forecastRecord(past, 96, 24, 24, {
      median: [],
      quantiles: {},
      levels: { 80: { lo: [], hi: [] }, 95: { lo: [], hi: [] } },
    });
    const own: ForecastRecord = {
      ...made,
      median: made.naive.point,
      quantiles: made.naive.quantiles,
      band80: { lo: made.naive.quantiles[0]!, hi: made.naive.quantiles[8]! },
    };
    const all = Float32Array.from([...past, ...past.slice(0, 24)]);
    expect(score([own], all, 120)!.skill).toBeCloseTo(0);
  });
});
