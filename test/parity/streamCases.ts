/** Models and helpers of the tests of streams, single and in groups. */
import { type AnyTensor, loadModel, type Model } from '@rivulet/inference/node';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type LayerCase, type StackCase, stackBytes } from './graphs.ts';

/** Sums may be taken in another order where a kernel has a path of its own for few rows. */
export const TOLERANCE = 1e-5;
/** There an activation may then round to the next of 16 bits. */
export const INT8_TOLERANCE = 1e-3;

export const layer: fc.Arbitrary<LayerCase> = fc.record({
  op: fc.constantFrom('RNN', 'LSTM', 'GRU'),
  hidden: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 33)),
  linearBeforeReset: fc.constantFrom(0, 1),
  bias: fc.boolean(),
});

export const stack = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }),
  input: fc.integer({ min: 1, max: 20 }),
  layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
  dense: fc.constantFrom(0, 1, 10),
  int8: fc.boolean(),
  lengths: fc.boolean(),
});

export const chunks = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export async function opened<T>(kase: StackCase, use: (model: Model) => Promise<T>): Promise<T> {
  // Of both binaries, so that each is stepped.
  const variant = kase.seed % 2 ? 'plain' : 'relaxed';
  const model = await loadModel(stackBytes(kase), { engine: 'fused', variant });
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

export function feedsFor(
  { input, lengths }: StackCase,
  data: Float32Array,
  T: number,
): Record<string, AnyTensor> {
  return {
    x: { data, shape: [T, 1, input] },
    ...(lengths ? { lengths: { data: Int32Array.of(T), shape: [1] } } : {}),
  };
}

export const readableOf = <T>(values: readonly T[]): ReadableStream<T> =>
  new ReadableStream({
    start(controller) {
      for (const value of values) controller.enqueue(value);
      controller.close();
    },
  });

/** Largest difference of two rows of numbers of one length. */
export function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

export const lstm: StackCase = {
  seed: 3,
  input: 4,
  layers: [
    { op: 'LSTM', hidden: 8 },
    { op: 'GRU', hidden: 5 },
  ],
  dense: 3,
};
