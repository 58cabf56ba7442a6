import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impute } from './impute.ts';

const readings = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    fc.constant(Number.NaN),
  ),
  { maxLength: 120 },
);

describe('impute', () => {
  it('keeps every reading, fills every gap within the range of the readings', () => {
    fc.assert(
      fc.property(readings, fc.integer({ min: 1, max: 30 }), (y, season) => {
        const { values, observed, count } = impute(y, { season });
        const real = y.filter(Number.isFinite);
        expect(count).toBe(real.length);
        for (let t = 0; t < y.length; t++) {
          expect(observed[t]).toBe(Number.isFinite(y[t]) ? 1 : 0);
          if (observed[t]) expect(values[t]).toBe(y[t]);
          if (real.length > 0) {
            expect(values[t]).toBeGreaterThanOrEqual(Math.min(...real) - 1e-6);
            expect(values[t]).toBeLessThanOrEqual(Math.max(...real) + 1e-6);
          }
        }
      }),
    );
  });

  it('bridges a short gap by a line', () => {
    expect([...impute([1, Number.NaN, Number.NaN, 4]).values]).toEqual([1, 2, 3, 4]);
  });

  it('repeats the season in a long gap and at the end', () => {
    const y = [1, 5, 2, 8, 1, 5, 2, 8, ...new Array<number>(6).fill(Number.NaN)];
    expect([...impute(y, { season: 4 }).values.slice(8)]).toEqual([1, 5, 2, 8, 1, 5]);
  });

  it('carries the nearest reading where there is no season to repeat', () => {
    expect([...impute([Number.NaN, Number.NaN, 3, Number.NaN]).values]).toEqual([3, 3, 3, 3]);
  });

  it('gives zeros for nothing observed and names a bad season', () => {
    expect([...impute([Number.NaN, Number.NaN]).values]).toEqual([0, 0]);
    expect(() => impute([1], { season: 0 })).toThrowError(
      expect.objectContaining({ code: 'ARGUMENT', details: { season: 0 } }),
    );
  });
});
