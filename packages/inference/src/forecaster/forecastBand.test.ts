import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastBand } from './forecastBand.ts';

const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Standard normal quantiles at the levels. */
const normal = [
  -1.2815516, -0.8416212, -0.5244005, -0.2533471, 0, 0.2533471, 0.5244005, 0.8416212, 1.2815516,
];

describe('forecastBand', () => {
  it('hands the quantiles out by name and puts the 80 % band between 0.1 and 0.9', () => {
    const rows = Float64Array.from([...normal, ...normal.map((value) => 10 + 2 * value)]);
    const band = forecastBand(rows, levels, [80, 95], 24);
    expect(Object.keys(band.quantiles)).toEqual(levels.map(String));
    expect(band.quantiles['0.9']![1]).toBeCloseTo(12.5631032, 5);
    expect([...band.median]).toEqual([0, 10]);
    expect(band.mean[1]).toBeCloseTo(10, 5);
    expect(band.levels['80']!.lo[0]).toBeCloseTo(-1.2815516, 5);
    expect(band.levels['80']!.hi[1]).toBeCloseTo(12.5631032, 5);
    expect(band.season).toBe(24);
  });

  it('continues a normal forecast to the normal 95 % band', () => {
    const band = forecastBand(Float64Array.from(normal), levels, [95], 1);
    expect(band.levels['95']!.lo[0]).toBeCloseTo(-1.959964, 3);
    expect(band.levels['95']!.hi[0]).toBeCloseTo(1.959964, 3);
  });

  it('nests: a wider band holds a narrower one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 9, maxLength: 9 }),
        fc.integer({ min: 1, max: 98 }),
        (gaps, width) => {
          let value = 0;
          const row = Float64Array.from(gaps, (gap) => (value += gap));
          const band = forecastBand(row, levels, [width, width + 1], 1);
          const inner = band.levels[String(width)]!;
          const outer = band.levels[String(width + 1)]!;
          expect(outer.lo[0]!).toBeLessThanOrEqual(inner.lo[0]! + 1e-6);
          expect(outer.hi[0]!).toBeGreaterThanOrEqual(inner.hi[0]! - 1e-6);
        },
      ),
    );
  });
});
