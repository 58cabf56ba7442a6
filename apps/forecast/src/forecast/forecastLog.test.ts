import { describe, expect, it } from 'vitest';
import { watch } from './excursions.ts';
import { ForecastLog, JUDGED, LEAST_PAST } from './forecastLog.ts';
import type { ForecastRecord } from './forecastRecord.ts';

const none: ReadonlySet<number> = new Set();

function record(origin: number, horizon: number, lo = -1, hi = 1): ForecastRecord {
  const flat = (value: number) => new Float32Array(horizon).fill(value);
  const band = { lo: flat(lo), hi: flat(hi) };
  return {
    origin,
    horizon,
    median: flat(0),
    quantiles: [],
    band80: band,
    band95: band,
    naive: { point: flat(0), quantiles: [] },
    scale: 1,
  };
}

/** Makes whatever is missing until nothing is. */
function fill(log: ForecastLog, from: number, now: number): number[] {
  const made: number[] = [];
  for (
    let origin = log.missing(from, now, none);
    origin !== undefined;
    origin = log.missing(from, now, none)
  ) {
    log.add(record(origin, log.horizon), false);
    made.push(origin);
  }
  return made;
}

describe('ForecastLog', () => {
  it('judges the same origins whether the replay ran or jumped', () => {
    const ran = new ForecastLog(24);
    for (let now = 900; now <= 1000; now++) {
      ran.add(record(now, 24), true);
      fill(ran, now - 96, now);
    }
    const jumped = new ForecastLog(24);
    fill(jumped, 904, 1000);
    expect(ran.judged(1000).map(({ origin }) => origin)).toEqual(
      jumped.judged(1000).map(({ origin }) => origin),
    );
    expect(jumped.judged(1000)).toHaveLength(JUDGED);
    expect(jumped.judged(1000).every(({ origin }) => origin < 1000 && origin % jumped.stride === 0)).toBe(
      true,
    );
  });

  it('asks for nothing without a past, nothing twice, nothing refused', () => {
    const log = new ForecastLog(24);
    expect(log.missing(0, LEAST_PAST, none)).toBeUndefined();
    const made = fill(log, 0, 100);
    expect(new Set(made).size).toBe(made.length);
    expect(Math.min(...made)).toBeGreaterThanOrEqual(LEAST_PAST);
    const other = new ForecastLog(24);
    expect(other.missing(0, 100, new Set(made))).toBeUndefined();
  });

  it('draws ahead of now what was made there, else the newest before it, never one from the future', () => {
    const log = new ForecastLog(24);
    log.add(record(101, 24), true);
    expect(log.ahead(101)?.origin).toBe(101);
    expect(log.ahead(103)?.origin).toBe(101);
    expect(log.ahead(99)).toBeUndefined();
    expect(log.ahead(120)).toBeUndefined();
  });

  it('chains earlier forecasts without overlap up to now', () => {
    const log = new ForecastLog(48);
    fill(log, 600, 1000);
    const chain = log.chain(600, 1000);
    expect(chain[0]!.origin).toBeLessThanOrEqual(600);
    chain.slice(1).forEach((next, i) => {
      expect(next.origin).toBe(chain[i]!.origin + 48);
    });
    expect(chain.at(-1)!.origin + 48).toBeGreaterThanOrEqual(1000);
  });
});

describe('watch', () => {
  it('reports runs outside the 95 % band, over gaps, with the furthest value', () => {
    const log = new ForecastLog(24);
    fill(log, 0, 100);
    const values = new Float32Array(100);
    values.set([2, Number.NaN, 5, 3], 60);
    values[80] = -4;
    const { excursions, judged, outside } = watch(log, values, 50, 100);
    expect(excursions).toMatchObject([
      { from: 60, to: 63, peak: 62, value: 5, lo: -1, hi: 1 },
      { from: 80, to: 80, value: -4 },
    ]);
    expect([judged, outside]).toEqual([49, 4]);
  });
});
