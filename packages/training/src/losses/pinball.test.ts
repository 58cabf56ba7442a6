import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinball } from './pinball.ts';

const levels = [0.1, 0.5, 0.9];

describe('pinball', () => {
  it('charges nine to one at the 0.9 quantile and |e| at the median', () => {
    expect(pinball(Float32Array.of(0), Float32Array.of(1), [0.9]).sum).toBeCloseTo(1.8);
    expect(pinball(Float32Array.of(0), Float32Array.of(-1), [0.9]).sum).toBeCloseTo(0.2);
    expect(pinball(Float32Array.of(2), Float32Array.of(5), [0.5]).sum).toBeCloseTo(3);
  });

  it('has the gradient that finite differences give, none where the target is missing', () => {
    const quantiles = Float32Array.from([-1, 0.25, 2, 0.5, 1, 1.5]);
    const target = Float32Array.from([0.75, Number.NaN]);
    const gradient = new Float32Array(6).fill(99);
    const { steps } = pinball(quantiles, target, levels, gradient);
    expect(steps).toBe(1);
    const step = 2 ** -6;
    for (let i = 0; i < quantiles.length; i++) {
      const up = quantiles.slice();
      const down = quantiles.slice();
      up[i]! += step;
      down[i]! -= step;
      const slope = (pinball(up, target, levels).sum - pinball(down, target, levels).sum) / (2 * step);
      expect(gradient[i]).toBeCloseTo(slope, 6);
    }
    expect([...gradient.subarray(3)]).toEqual([0, 0, 0]);
  });

  it('is least at the empirical quantile', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 11, maxLength: 11 }), (sample) => {
        const target = Float32Array.from(sample);
        const cost = (value: number) => pinball(new Float32Array(11).fill(value), target, [0.3]).sum;
        // of 11 values the fourth smallest has 3 below it: 3/11 < 0.3 <= 4/11
        const best = cost([...sample].sort((a, b) => a - b)[3]!);
        for (let value = -55; value <= 55; value += 0.5)
          expect(cost(value)).toBeGreaterThanOrEqual(best - 1e-4);
      }),
    );
  });
});
