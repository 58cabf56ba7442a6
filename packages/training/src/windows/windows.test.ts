import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SensorSeries } from '../data/series/sensorSeries.ts';
import { Random } from '../random.ts';
import { forecastWindow } from './forecastWindow.ts';
import { naiveScore } from './naiveScore.ts';
import { planWindows } from './planWindows.ts';

const options = { segment: 4, context: 3, horizon: 2, seasons: 2 };

function sensor(name: string, n: number, season = 6): SensorSeries {
  const y = Float64Array.from(
    { length: n },
    (_, t) => Math.sin((2 * Math.PI * t) / season) + 0.3 * Math.sin(t * t),
  );
  return { set: 'made', name, stepSeconds: 60, season, y };
}

describe('planWindows', () => {
  it('keeps every target of every drawn origin within its part', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 900 }),
        fc.double({ min: 0, max: 0.6, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (n, part, count) => {
          const series = sensor('a', n);
          const from = Math.floor(part * n);
          const to = Math.floor((part + 0.4) * n);
          if (to - 8 < Math.max(from, 48)) return;
          for (const window of planWindows([{ series, from, to, weight: 1 }], count, 8)) {
            expect(window.origin).toBeGreaterThanOrEqual(from);
            expect(window.origin + window.slack + 8).toBeLessThanOrEqual(to);
            expect(window.error).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  it('shares an epoch by weight, not by length', () => {
    const windows = planWindows(
      [
        { series: sensor('long', 5000), from: 0, to: 5000, weight: 1 },
        { series: sensor('short', 200), from: 0, to: 200, weight: 3 },
      ],
      400,
      8,
    );
    expect(windows.filter(({ series }) => series.name === 'short')).toHaveLength(300);
    expect(windows).toHaveLength(400);
  });

  it('refuses a plan without one window', () => {
    expect(() => planWindows([{ series: sensor('a', 40), from: 0, to: 40, weight: 1 }], 10, 8)).toThrowError(
      expect.objectContaining({ code: 'DATA_INVALID' }),
    );
  });
});

describe('forecastWindow', () => {
  const series = sensor('a', 500);
  const planned = { series, origin: 300, slack: 20, error: 0.5 };

  it('normalises the targets as the features', () => {
    const { features, target, weight } = forecastWindow(planned, options);
    for (let h = 0; h < 8; h++) {
      expect(features.loc + features.scale * target[h]!).toBeCloseTo(series.y[300 + h]!, 5);
    }
    expect(weight).toBeCloseTo(features.scale / 0.5, 12);
  });

  it('never shows the features a target', () => {
    const changed = { ...series, y: series.y.map((value, t) => (t >= 300 ? 1e6 : value)) };
    const a = forecastWindow(planned, options);
    const b = forecastWindow({ ...planned, series: changed }, options);
    expect(b.features).toEqual(a.features);
  });

  it('mirrors past and targets alike', () => {
    const disturb = { gaps: 0, short: 0, seasonless: 0, mirror: 1 };
    const plain = forecastWindow({ ...planned, slack: 0 }, options);
    const mirrored = forecastWindow({ ...planned, slack: 0 }, options, disturb, () => 0.5);
    expect(mirrored.features.loc).toBeCloseTo(-plain.features.loc, 12);
    mirrored.target.forEach((value, h) => {
      expect(value).toBeCloseTo(-plain.target[h]!, 5);
    });
  });

  it('is finite under every disturbance', () => {
    const disturb = { gaps: 1, short: 1, seasonless: 0.5, mirror: 0.5 };
    for (let i = 0; i < 200; i++) {
      const random = Random.fromSeed(i);
      const { features, weight } = forecastWindow(planned, options, disturb, () => random.next());
      expect(features.context.every(Number.isFinite)).toBe(true);
      expect(features.future.every(Number.isFinite)).toBe(true);
      expect(weight).toBeGreaterThanOrEqual(0);
    }
  });

  it('weighs nothing when the target is missing', () => {
    const silent = { ...series, y: series.y.map((value, t) => (t >= 300 ? Number.NaN : value)) };
    expect(forecastWindow({ ...planned, series: silent }, options).weight).toBe(0);
  });
});

describe('naiveScore', () => {
  it('scores a hand-made window', () => {
    // seasonal differences all 1, so sigma = 1; the point forecast of 2 and 3 misses by 1 and 0
    const y = Float64Array.from([0, 1, 1, 2, 2, 3, 3, 3]);
    const score = naiveScore({ y, season: 2 }, 6, 2, [0.5], 1);
    expect(score.mase).toBeCloseTo(0.5, 6);
    expect(score.sql).toBeCloseTo(0.5, 6);
    const z = 1.2815515655446004;
    const at90 = naiveScore({ y, season: 2 }, 6, 2, [0.9], 1);
    // errors against point + z: 1 - z and -z, both below: 2 * 0.1 * (2 z - 1) / 2 steps
    expect(at90.sql).toBeCloseTo((0.2 * (2 * z - 1)) / 2, 6);
  });
});
