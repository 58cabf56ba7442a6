import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERIES_CANDIDATES, seriesFeatures, seriesReach } from './seriesFeatures.ts';

const options = { segment: 4, context: 3, horizon: 2, seasons: 2 };

describe('seriesFeatures', () => {
  const season = 4;
  const y = Float64Array.from({ length: 40 }, (_, t) => [1, 5, 2, 8][t % 4]! + 0.1 * t);

  it('shows the encoder the past, what was read, and the season before', () => {
    const { context, loc, scale } = seriesFeatures(y, season, options);
    for (let i = 0; i < 12; i++) {
      const row = Math.floor(i / 4) * 12 + (i % 4);
      expect(loc + scale * context[row]!).toBeCloseTo(y[28 + i]!, 4);
      expect(context[row + 4]).toBe(1);
      expect(loc + scale * context[row + 8]!).toBeCloseTo(y[24 + i]!, 4);
    }
  });

  it('tells the decoder what earlier seasons read at the steps ahead', () => {
    const { future, candidates, loc, scale } = seriesFeatures(y, season, options);
    const width = 4 * 4 + 15;
    for (let h = 0; h < 8; h++) {
      const row = Math.floor(h / 4) * width + (h % 4);
      const before = 36 + (h % 4);
      expect(loc + scale * future[row]!).toBeCloseTo(y[before]!, 4);
      expect(loc + scale * future[row + 4]!).toBeCloseTo((y[before]! + y[before - 4]!) / 2, 4);
      expect(scale * future[row + 8]!).toBeCloseTo(0.2, 4);
      const plain = candidates.subarray(h * SERIES_CANDIDATES, (h + 1) * SERIES_CANDIDATES);
      expect(loc + scale * plain[0]!).toBeCloseTo(y[before]!, 4);
      expect(loc + scale * plain[2]!).toBeCloseTo(y[40 - 28 + h]!, 4);
      expect(loc + scale * plain[3]!).toBeCloseTo(y[39]!, 4);
      expect(plain[5]).toBe(0);
    }
  });

  it('is the same for every unit a sensor may use', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        (values, period, factor) => {
          const a = seriesFeatures(values, period, options);
          const b = seriesFeatures(
            values.map((value) => factor * value + 3),
            period,
            options,
          );
          for (const name of ['context', 'future', 'candidates'] as const) {
            for (let i = 0; i < a[name].length; i++) expect(b[name][i]).toBeCloseTo(a[name][i]!, 3);
          }
        },
      ),
    );
  });

  it('looks no further back than it says', () => {
    const reach = seriesReach(season, options);
    const long = Float64Array.from({ length: 300 }, (_, t) => Math.sin(t) * 10);
    const cut = long.subarray(300 - reach);
    expect(seriesFeatures(long, season, options)).toEqual(seriesFeatures(cut, season, options));
  });

  it('is finite for every past, and zero for a constant one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: -1e5, max: 1e5, noNaN: true }), fc.constant(Number.NaN)), {
          maxLength: 80,
        }),
        fc.integer({ min: 1, max: 40 }),
        (values, period) => {
          const features = seriesFeatures(values, period, options);
          for (const name of ['context', 'future', 'candidates'] as const) {
            expect(features[name].every(Number.isFinite)).toBe(true);
          }
        },
      ),
    );
    const flat = seriesFeatures(new Float64Array(50).fill(7), 4, options);
    expect(flat.scale).toBe(0);
    expect(flat.loc).toBe(7);
    expect(flat.context.every((value) => value === 0)).toBe(true);
  });

  it('names a bad season', () => {
    expect(() => seriesFeatures(y, 2.5, options)).toThrowError(
      expect.objectContaining({ code: 'ARGUMENT', details: { season: 2.5 } }),
    );
  });
});
