import { describe, expect, it } from 'vitest';
import { rnnStep } from './rnnStep.ts';

describe('rnnStep', () => {
  // One input, two units, by hand: the sums are -0.5 and 0.75.
  const weights = {
    input: 1,
    hidden: 2,
    w: Float32Array.of(-2, 1),
    r: Float32Array.of(0, 0, 1, 2),
    b: Float32Array.of(0, 0.25, 0, 0),
  };
  const x = Float32Array.of(0.25);
  const h = Float32Array.of(0.75, -0.25);

  it('squashes by tanh, and says so by default', () => {
    const expected = [-0.5, 0.75].map((sum) => Math.fround(Math.tanh(sum)));
    expect([...rnnStep(weights, x, h)]).toEqual(expected);
    expect([...rnnStep(weights, x, h, 'tanh')]).toEqual(expected);
  });

  it('cuts at zero by relu', () => {
    expect([...rnnStep(weights, x, h, 'relu')]).toEqual([0, 0.75]);
  });
});
