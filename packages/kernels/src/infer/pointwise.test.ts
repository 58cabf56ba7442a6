/** Activations, softmax and its logarithm against float64, also where floats end. */
import { type ActivationName, activation } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import { ACTIVATION_CODES, createInferMachine } from '../infer.ts';
import { randomFloats } from '../testing/inferCases.ts';

const VARIANTS = (['plain', 'relaxed'] as const).filter((variant) => variant === 'plain' || hasRelaxedSimd());

describe.each(VARIANTS)('%s SIMD', (variant) => {
  /** Both of one row, in place. */
  async function softmaxOf(row: Float32Array): Promise<{ soft: Float32Array; log: Float32Array }> {
    const machine = await createInferMachine({ variant });
    const run = (log: number): Float32Array => {
      const at = machine.upload(row);
      machine.wasm.softmax(at, at, 1, row.length, log);
      return machine.f32.slice(at >> 2, (at >> 2) + row.length);
    };
    return { soft: run(0), log: run(1) };
  }

  it.each([
    [1, 1],
    [2, 30],
    [3, 0],
    [81, 8],
    [4097, 3],
    [100_003, 50],
  ])('%i classes within ±%i', async (width, size) => {
    const row = randomFloats(width)(width, size);
    const top = row.reduce((a, b) => Math.max(a, b));
    const logSum = top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
    const { soft, log } = await softmaxOf(row);
    // A sum of 100,000 floats rounds 100,000 times.
    const tolerance = Math.max(1e-6, width * 2e-10) * Math.max(1, Math.abs(logSum));
    const largest = (got: Float32Array, expected: (value: number) => number): number =>
      got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected(row[i]!))), 0);
    expect(largest(soft, (value) => Math.exp(value - logSum))).toBeLessThan(tolerance);
    expect(largest(log, (value) => value - logSum)).toBeLessThan(tolerance);
  });

  it('takes what is out of reach as 0, and NaN as NaN', async () => {
    const far = await softmaxOf(Float32Array.of(3e38, -3e38, 0));
    expect([...far.soft].map((value) => Math.round(value))).toEqual([1, 0, 0]);
    expect(far.log[0]).toBe(0);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { log } = await softmaxOf(Float32Array.of(1, bad, 2));
      expect([...log].every(Number.isNaN)).toBe(true);
    }
  });

  const NAMES = Object.keys(ACTIVATION_CODES) as ActivationName[];

  it.each(NAMES)('%s of any number', async (name) => {
    const machine = await createInferMachine({ variant });
    const spread = Float32Array.from({ length: 4003 }, (_, i) => ((i - 2001) / 2001) ** 3 * 100);
    const values = Float32Array.of(...spread, 0, -0, 1e-20, -1e-20, 1e30, -1e30, Number.NaN);
    const at = machine.upload(values);
    const [alpha, beta] = [0.3, 0.4];
    machine.wasm.apply(ACTIVATION_CODES[name], at, at, values.length, alpha, beta);
    const f = activation(name, alpha, beta);
    values.forEach((x, i) => {
      const [got, wanted] = [machine.f32[(at >> 2) + i]!, f(x)];
      if (Number.isNaN(x)) expect(got, 'NaN').toBeNaN();
      // An exp is within 2.5e-7, and a float before it within 6e-8.
      else
        expect(Math.abs(got - wanted), `of ${x}`).toBeLessThanOrEqual(4e-7 * Math.max(1, Math.abs(wanted)));
    });
  });
});
