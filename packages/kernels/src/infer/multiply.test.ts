/** Matrix products of the inference kernels over any shape and seed, against float64 sums of the same weights. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packMatrix, scratchBytes } from '../infer.ts';
import { machines, quantiseForTest, randomFloats } from '../testing/inferCases.ts';
import { largestDifference } from '../testing/largestDifference.ts';

const size = (max: number) => fc.integer({ min: 1, max });
const shape = fc.record({
  M: size(9),
  N: size(100),
  K: size(70),
  bias: fc.boolean(),
  transposed: fc.boolean(),
});

// An activation is off by at most half of 1/32767 (plain), 1/8191 (relaxed) or 1/63 (of 7 bits) of the largest; K of
// them add up.
const TOLERANCES = { float32: 2e-6, plain: 2e-4, relaxed: 8e-4, int8a7: 0.1 };

describe.each(machines())('multiply, $name', ({ open, variant, type }) => {
  const int8 = type !== 'float32';
  const tolerance = TOLERANCES[type === 'int8' ? variant : type];
  it('is a x matrix + bias, and writes nothing beside c', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(), async ({ M, N, K, bias, transposed }, seed) => {
        const random = randomFloats(seed);
        const weights = quantiseForTest(random(N * K, 1), N, int8);
        const a = random(M * K, 1);
        const b = random(N, 1);
        const machine = await open();
        // The same matrix stored [K, N]: strides tell the packing where its elements are.
        const stored = transposed ? weights.data.slice() : weights.data;
        for (let i = 0; transposed && i < N * K; i++)
          stored[i] = weights.data[(i % N) * K + Math.floor(i / N)]!;
        const matrix = packMatrix(machine, {
          ...{ data: stored, scales: weights.scales, outputs: N, inputs: K },
          ...(transposed ? { outputStride: 1, inputStride: N } : {}),
        });
        const biasAt = bias ? machine.upload(b) : 0;
        const scratch = scratchBytes(machine, matrix, M);
        const at = machine.reserve(4 * (M * K + M * N + 16) + scratch + 32);
        const c = at + 4 * M * K;
        const scratchAt = (c + 4 * (M * N + 4) + 15) & ~15;
        machine.f32.set(a, at >> 2);
        machine.f32.fill(77, c >> 2, (c >> 2) + M * N + 4);
        machine.wasm.multiply(matrix.at, at, 4 * K, M, c, 4 * N, biasAt, scratchAt);

        const expected = new Float64Array(M * N);
        for (let m = 0; m < M; m++) {
          for (let n = 0; n < N; n++) {
            let sum = bias ? b[n]! : 0;
            for (let k = 0; k < K; k++) sum += a[m * K + k]! * weights.restored[n * K + k]!;
            expected[m * N + n] = sum;
          }
        }
        const got = machine.f32.subarray(c >> 2, (c >> 2) + M * N);
        expect(largestDifference(got, expected)).toBeLessThan(tolerance * Math.sqrt(K));
        expect([...machine.f32.subarray((c >> 2) + M * N, (c >> 2) + M * N + 4)]).toEqual([77, 77, 77, 77]);
      }),
      { numRuns: 60 },
    );
  });

  // Of activations at their highest level: 2050 products of 127 by 32767 are four times what 32 bits hold.
  it.each([1, 3, 4, 9])('sums of the largest weights and activations fit, %i columns', async (N) => {
    const K = 2050;
    const machine = await open();
    const data = int8 ? new Int8Array(N * K).fill(127) : new Float32Array(N * K).fill(127);
    const signs = Array.from({ length: N }, (_, n) => (n % 2 === 0 ? 1 : -1));
    signs.forEach((sign, n) => {
      for (let k = 0; k < K; k++) data[n * K + k]! *= sign;
    });
    const scales = int8 ? new Float32Array(N).fill(1) : undefined;
    const matrix = packMatrix(machine, { data, scales, outputs: N, inputs: K });
    const at = machine.reserve(4 * (K + N + 16) + scratchBytes(machine, matrix, 1));
    const c = at + 4 * K;
    const scratch = (c + 4 * (N + 4) + 15) & ~15;
    machine.f32.fill(1, at >> 2, (at >> 2) + K);
    machine.wasm.multiply(matrix.at, at, 4 * K, 1, c, 4 * N, 0, scratch);
    const expected = signs.map((sign) => sign * 127 * K);
    const got = machine.f32.subarray(c >> 2, (c >> 2) + N);
    expect(largestDifference(got, expected)).toBeLessThan(127 * K * 1e-4);
  });
});
