/** Activations of 7 bits: the same bits in all ways to multiply them, the rounding that training counts on, the gates. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInferMachine, type InferMachine, packMatrix, packRecurrent, scratchBytes } from '../infer.ts';
import { machines, quantiseForTest, randomFloats } from '../testing/inferCases.ts';
import { type InferCase, runInferRecurrent } from '../testing/runInferRecurrent.ts';
import { stepOf } from '../testing/stepOf.ts';

const ways = machines().filter(({ type }) => type === 'int8a7');
const others = ways.filter(({ variant }) => variant === 'relaxed');

const hashOf = (machine: InferMachine, kase: InferCase, seed: number): string => {
  const { y, h, c } = runInferRecurrent(machine, kase, true, seed).got;
  const hash = createHash('sha256');
  for (const values of [y, h, ...(c ? [c] : [])]) hash.update(new Uint8Array(values.buffer));
  return hash.digest('hex').slice(0, 16);
};

describe('the bits', () => {
  const shape = { T: 40, B: 1, I: 16, H: 64 };
  it.each<readonly [InferCase, string]>([
    [{ cell: 'lstm', ...shape }, 'c993cf24d597f0da'],
    [{ cell: 'gru', ...shape }, 'a6e62d21358db9b2'],
    [{ cell: 'gru', linearBeforeReset: 0, ...shape, B: 3 }, '31af9ca11385a042'],
    [{ cell: 'rnn', T: 9, B: 5, I: 7, H: 33, reverse: true, states: true }, '36898c3c9f05bd18'],
  ])('of %j are the same for good', async (kase, expected) => {
    for (const { name, open } of ways) expect(hashOf(await open(), kase, 3), name).toBe(expected);
  });

  it.each(others)('$name has those of plain SIMD, whatever the shape', async ({ open }) => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const kinds = fc.constantFrom<Pick<InferCase, 'cell' | 'linearBeforeReset'>>(
      { cell: 'lstm' },
      { cell: 'gru' },
      { cell: 'gru', linearBeforeReset: 0 },
      { cell: 'rnn' },
    );
    const shapes = fc.record({ T: size(9), B: size(5), I: size(70), H: size(70), states: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(kinds, shapes, fc.nat(), async (kind, of, seed) => {
        const plain = await createInferMachine({ variant: 'plain', sevenBit: true });
        const kase = { ...kind, ...of };
        expect(hashOf(await open(), kase, seed)).toBe(hashOf(plain, kase, seed));
      }),
      { numRuns: 40 },
    );
  });
});

it.each(ways)('$name rounds each row to 63 levels of its largest value, ties to even', async ({ open }) => {
  const [M, K, N] = [3, 21, 37];
  const random = randomFloats(5);
  const weights = quantiseForTest(random(N * K, 1), N, true);
  const a = random(M * K, 3);
  a.fill(0, K, 2 * K); // a row of zeros
  a.set([63, 0.5, -1.5, 2.5], 2 * K); // with 63 as the largest a level is 1
  const machine = await open();
  const matrix = packMatrix(machine, { data: weights.data, scales: weights.scales, outputs: N, inputs: K });
  const at = machine.reserve(4 * (M * K + M * N) + scratchBytes(machine, matrix, M) + 64);
  const c = at + 4 * M * K;
  machine.f32.set(a, at >> 2);
  machine.wasm.multiply(matrix.at, at, 4 * K, M, c, 4 * N, 0, (c + 4 * M * N + 15) & ~15);
  const evenly = (v: number): number => {
    const up = Math.round(v);
    return up - v === 0.5 && up % 2 !== 0 ? up - 1 : up;
  };
  for (let m = 0; m < M; m++) {
    const row = a.subarray(m * K, (m + 1) * K);
    const largest = row.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) {
        const level = largest ? evenly(row[k]! * Math.fround(63 / largest)) : 0;
        sum += level * weights.data[n * K + k]!;
      }
      const expected = (sum * largest * weights.scales![n]!) / 63;
      expect(machine.f32[(c >> 2) + m * N + n]).toBeCloseTo(expected, 4);
    }
  }
});

describe.each(ways)('gates of $name', ({ open }) => {
  const x = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 200);
  /** A gate's weight is 1 where `on`; x is a row of its own each, so that nothing of it is rounded away. */
  const through = async (cell: 'gru' | 'lstm', on: number, xs: Float32Array, state: number) => {
    const machine = await open();
    const gates = cell === 'gru' ? 3 : 4;
    const data = Int8Array.from({ length: gates }, (_, gate) => (gate === on ? 127 : 0));
    const scales = new Float32Array(gates).fill(1 / 127);
    const layer = packRecurrent(machine, {
      ...{ cell, linearBeforeReset: true, input: 1, hidden: 1, w: { data, scales } },
      r: { data: new Int8Array(gates), scales },
    });
    return stepOf(machine, layer, xs, state);
  };
  const worst = (got: Float32Array, exact: (v: number) => number): number =>
    x.reduce((most, v, i) => Math.max(most, Math.abs(got[i]! - exact(v))), 0);

  it('are within 6e-5', async () => {
    const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
    // With a state of 1 and n = tanh 0 a GRU shows z; without a state, half of n.
    expect(worst(await through('gru', 0, x, 1), sigmoid)).toBeLessThan(6e-5);
    expect(worst(await through('gru', 2, x, 0), (v) => Math.tanh(v) / 2)).toBeLessThan(6e-5);
    // An LSTM with c = 1: f = sigmoid x, then o = 1/2 and i g = 0.
    expect(worst(await through('lstm', 2, x, 1), (v) => Math.tanh(sigmoid(v)) / 2)).toBeLessThan(1e-4);
  });

  it('hold what they hold: an open gate does not leak, and NaN shows', async () => {
    const far = Float32Array.of(20, 1e6, -1e6, Number.NaN);
    const z = await through('gru', 0, far, 1);
    expect(Math.abs(z[0]! - 1)).toBeLessThan(3e-7);
    expect(Math.abs(z[1]! - 1)).toBeLessThan(3e-7);
    expect(Math.abs(z[2]!)).toBeLessThan(3e-7);
    expect(z[3]).toBeNaN();
  });
});
