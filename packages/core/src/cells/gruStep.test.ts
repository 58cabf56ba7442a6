import { describe, expect, it } from 'vitest';
import { gruStep } from './gruStep.ts';

describe('gruStep', () => {
  // One input, one unit, by hand: z and r come from their biases alone.
  const weights = {
    input: 1,
    hidden: 1,
    w: Float32Array.of(0, 0, 1),
    r: Float32Array.of(0, 0, 2),
    b: Float32Array.of(0, Math.log(3), 0, 0, 0, 0.5),
  };
  const x = Float32Array.of(0.25);
  const h = Float32Array.of(-0.5);
  // z = 1/2, r = 3/4.

  it('resets after the matrix, bias included, with linear_before_reset 1', () => {
    const n = Math.tanh(0.25 + 0.75 * (2 * -0.5 + 0.5));
    expect(gruStep(weights, x, h, 1)[0]).toBeCloseTo(0.5 * n - 0.25, 6);
    expect(gruStep(weights, x, h)).toEqual(gruStep(weights, x, h, 1));
  });

  it('resets before the matrix, bias left out, with linear_before_reset 0', () => {
    const n = Math.tanh(0.25 + 2 * (0.75 * -0.5) + 0.5);
    expect(gruStep(weights, x, h, 0)[0]).toBeCloseTo(0.5 * n - 0.25, 6);
  });
});
