/** Activations in a range that is given: levels as a QuantizeLinear has them, in every way that int8 is multiplied. */
import { describe, expect, it } from 'vitest';
import { type ActivationLevels, type InferMachine, packMatrix, scratchBytes } from '../infer.ts';
import { machines, quantiseForTest, randomFloats } from '../testing/inferCases.ts';
import { largestDifference } from '../testing/largestDifference.ts';

const [M, K, N] = [5, 37, 41];

function product(machine: InferMachine, a: Float32Array, range?: ActivationLevels) {
  const weights = quantiseForTest(randomFloats(2)(N * K, 1), N, true);
  const { data, scales, restored } = weights;
  const matrix = packMatrix(machine, { data, scales, outputs: N, inputs: K, range });
  const at = machine.reserve(4 * (M * K + M * N) + scratchBytes(machine, matrix, M) + 64);
  const c = at + 4 * M * K;
  machine.f32.set(a, at >> 2);
  machine.wasm.multiply(matrix.at, at, 4 * K, M, c, 4 * N, 0, (c + 4 * M * N + 15) & ~15);
  const got = machine.f32.slice(c >> 2, (c >> 2) + M * N);
  const of = (activations: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: M * N }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < K; k++) {
        sum += activations[Math.floor(i / N) * K + k]! * restored[(i % N) * K + k]!;
      }
      return sum;
    });
  return { got, of };
}

const rounded = (a: Float32Array, { scale, lowest, highest }: ActivationLevels): Float64Array =>
  Float64Array.from(a, (value) => Math.min(highest, Math.max(lowest, Math.round(value / scale))) * scale);

// Beyond both ends, and one row far within: it has the same levels all the same.
const a = randomFloats(7)(M * K, 3);
for (let k = 0; k < K; k++) a[K + k]! *= 0.01;
const eight = { scale: Math.fround(3.4 / 255), lowest: -100, highest: 155 };

describe.each(machines().filter(({ type }) => type !== 'float32'))('a range, $name', ({ open, type }) => {
  it('is rounded to and cut off at, whatever row a value stands in', async () => {
    const machine = await open();
    const { got, of } = product(machine, a, eight);
    // A machine of 63 levels takes wider ones over the same range.
    const wider = 155 / 63;
    const seven = { scale: eight.scale * wider, lowest: Math.round(-100 / wider), highest: 63 };
    const levels = type === 'int8a7' ? seven : eight;
    expect(largestDifference(got, of(rounded(a, levels)))).toBeLessThan(2e-5);
    expect(largestDifference(got, of(a))).toBeGreaterThan(0.1);
  });

  it('of 16 bits is as exact as the machine', async () => {
    const reach = Math.max(...a.map(Math.abs));
    const range = { scale: Math.fround(reach / 32767), lowest: -32768, highest: 32767 };
    const { got, of } = product(await open(), a, range);
    expect(largestDifference(got, of(a))).toBeLessThan(type === 'int8a7' ? 0.5 : 5e-3);
  });

  it('makes of infinity its ends, and of NaN its lowest level, and leaves other rows alone', async () => {
    const wrong = a.slice();
    wrong.set([Number.NaN, Infinity, -Infinity], 2 * K);
    const machine = await open();
    const { got } = product(machine, wrong, eight);
    const { scale, lowest, highest } = eight;
    const ends = a.slice();
    ends.set([lowest * scale, highest * scale, lowest * scale], 2 * K);
    expect(got).toEqual(product(await open(), ends, eight).got);
  });
});
