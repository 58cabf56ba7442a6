import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monotoneQuantiles, monotoneQuantilesGrad } from './monotoneQuantiles.ts';

const raw = (n: number, max = 8) =>
  fc
    .array(fc.float({ min: -max, max, noNaN: true }), { minLength: n, maxLength: n })
    .map((values) => Float32Array.from(values));

describe('monotoneQuantiles', () => {
  it('never crosses, and the middle column is the median', () => {
    fc.assert(
      fc.property(raw(27, 60), (values) => {
        const quantiles = monotoneQuantiles(values, 9);
        for (let row = 0; row < 27; row += 9) {
          expect(quantiles[row + 4]).toBe(values[row + 4]);
          for (let q = 1; q < 9; q++)
            expect(quantiles[row + q]).toBeGreaterThanOrEqual(quantiles[row + q - 1]!);
        }
      }),
    );
  });

  it('by hand: gaps are softplus of their own column', () => {
    const gap = (x: number) => Math.log(1 + Math.exp(x));
    const [a, b, c, d, e] = monotoneQuantiles(Float32Array.of(1, -1, 10, 0, 2), 5);
    expect(c).toBe(10);
    expect(d).toBeCloseTo(10 + gap(0), 5);
    expect(e).toBeCloseTo(10 + gap(0) + gap(2), 5);
    expect(b).toBeCloseTo(10 - gap(-1), 5);
    expect(a).toBeCloseTo(10 - gap(-1) - gap(1), 5);
  });

  it('may write where it reads', () => {
    const values = Float32Array.of(0.3, -2, 1, 4, -0.5, 1, 2, 3, 4);
    const expected = monotoneQuantiles(values, 9);
    expect(monotoneQuantiles(values, 9, values)).toBe(values);
    expect(values).toEqual(expected);
  });

  it('does not overflow', () => {
    expect([...monotoneQuantiles(Float32Array.of(1000, 0, 1000), 3)]).toEqual([-1000, 0, 1000]);
  });

  it('has the gradient that finite differences have', () => {
    fc.assert(
      fc.property(raw(10, 4), raw(10, 1), (values, grad) => {
        const analytic = monotoneQuantilesGrad(values, 5, grad);
        const loss = (at: Float32Array) => {
          const quantiles = monotoneQuantiles(at, 5);
          return grad.reduce((sum, g, i) => sum + g * quantiles[i]!, 0);
        };
        const step = 1 / 64;
        for (let i = 0; i < 10; i++) {
          const up = values.slice();
          const down = values.slice();
          up[i]! += step;
          down[i]! -= step;
          // Quantiles are float32 up to 24: 2e-6 each, ten of them over the 1/32 between both sides.
          expect(analytic[i]).toBeCloseTo((loss(up) - loss(down)) / (up[i]! - down[i]!), 2);
        }
      }),
    );
  });

  it('refuses what is no rows', () => {
    expect(() => monotoneQuantiles(new Float32Array(10), 9)).toThrow(
      expect.objectContaining({ code: 'MODEL_SHAPE' }),
    );
    expect(() => monotoneQuantilesGrad(new Float32Array(9), 9, new Float32Array(8))).toThrow(
      /9 gradients expected, got 8/,
    );
  });
});
