import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../series/normalQuantile.ts';
import { interpolateQuantiles } from './interpolateQuantiles.ts';

const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('interpolateQuantiles', () => {
  it('is exact for a normal distribution, inside and beyond the levels', () => {
    const values = levels.map((p) => 20 + 3 * normalQuantile(p));
    fc.assert(
      fc.property(probability, (p) => {
        expect(interpolateQuantiles(levels, values, p)).toBeCloseTo(20 + 3 * normalQuantile(p), 9);
      }),
    );
  });

  it('gives back the values at their levels', () => {
    const values = [1, 2, 2, 5, 8, 9, 9, 9, 30];
    levels.forEach((p, i) => {
      expect(interpolateQuantiles(levels, values, p)).toBe(values[i]);
    });
  });

  it('does not cross', () => {
    const gaps = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(gaps, probability, probability, (steps, a, b) => {
        let value = -3;
        const values = steps.map((gap) => (value += gap));
        const low = interpolateQuantiles(levels, values, Math.min(a, b));
        expect(low).toBeLessThanOrEqual(interpolateQuantiles(levels, values, Math.max(a, b)) + 1e-9);
      }),
    );
  });

  it('keeps a skewed forecast skewed', () => {
    const values = [-1, -0.7, -0.4, -0.2, 0, 1, 2, 4, 8];
    const z = normalQuantile(0.975) / normalQuantile(0.9);
    expect(interpolateQuantiles(levels, values, 0.975)).toBeCloseTo(8 * z, 9);
    expect(interpolateQuantiles(levels, values, 0.025)).toBeCloseTo(-z, 9);
  });

  it('works from one, two and three levels', () => {
    expect(interpolateQuantiles([0.5], [7], 0.9)).toBe(7);
    expect(interpolateQuantiles([0.4, 0.6], [-1, 1], 0.5)).toBeCloseTo(0, 12);
    expect(interpolateQuantiles([0.4, 0.6], [-1, 1], 0.2)).toBeLessThan(-1);
    expect(interpolateQuantiles([0.4, 0.6], [-1, 1], 0.8)).toBeGreaterThan(1);
    expect(interpolateQuantiles([0.1, 0.5, 0.9], [0, 1, 2], 0.9)).toBe(2);
  });

  it('refuses what it cannot read', () => {
    for (const [at, values, p] of [
      [[], [], 0.5],
      [[0.5], [1, 2], 0.5],
      [[0.5], [1], 1],
      [[0.5], [1], Number.NaN],
    ] as const) {
      expect(() => interpolateQuantiles(at, values, p)).toThrow(
        expect.objectContaining({ code: 'ARGUMENT' }),
      );
    }
  });
});
