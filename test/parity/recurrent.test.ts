/** Our engine against onnxruntime-web: any cell, direction, size, length and state, float32 and int8. */
import { type AnyTensor, loadModel } from '@rivulet/inference/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSame } from './expectSame.ts';
import { type LayerCase, type StackCase, stackBytes } from './graphs.ts';
import { randomFloats } from './random.ts';

/** What float32 sums in another order and an exp within 2.5e-7 come to over three layers. */
const FLOAT_TOLERANCE = 1e-4;
/** Activations rounded to 16 (plain) or 14 bits (relaxed) before each product; onnxruntime multiplies floats. */
const INT8_TOLERANCE = 4e-3;

const layer: fc.Arbitrary<LayerCase> = fc.record({
  op: fc.constantFrom('RNN', 'LSTM', 'GRU'),
  hidden: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 31, 33, 48, 65)),
  direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
  linearBeforeReset: fc.constantFrom(0, 1),
  bias: fc.boolean(),
});

/** Activations that stay within [-1, 1] for what goes in here: errors do not grow from layer to layer. */
const gate = fc.constantFrom('Sigmoid', 'HardSigmoid');
const candidate = fc.constantFrom('Tanh', 'Softsign', 'Sigmoid');

/** What ONNX lets a node change of its cell: these run on kernels of their own. */
const changedLayer: fc.Arbitrary<LayerCase> = layer.chain((plain) =>
  fc
    .record(
      {
        activations: {
          RNN: fc.tuple(candidate),
          GRU: fc.tuple(gate, candidate),
          LSTM: fc.tuple(gate, candidate, candidate),
        }[plain.op],
        clip: fc.constantFrom(0.2, 3),
        inputForget: fc.boolean(),
        peepholes: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((changes) => ({ ...plain, hidden: Math.min(plain.hidden, 17), ...changes })),
);

const stack = (
  int8: boolean,
  layer: fc.Arbitrary<LayerCase>,
): fc.Arbitrary<StackCase & { T: number; B: number }> =>
  fc.record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    input: fc.integer({ min: 1, max: 20 }),
    layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
    dense: fc.constantFrom(0, 1, 10, 81),
    int8: fc.constant(int8),
    lengths: fc.boolean(),
    states: fc.boolean(),
    T: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(33, 70)),
    B: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 17)),
  });

function feedsFor(kase: StackCase & { T: number; B: number }): Record<string, AnyTensor> {
  const { T, B, input, layers, lengths, states, seed } = kase;
  const random = randomFloats(seed + 1);
  const feeds: Record<string, AnyTensor> = { x: { data: random(T * B * input, 2), shape: [T, B, input] } };
  if (lengths) {
    // From 1: onnxruntime takes 0 for an error in some cells. core/cells covers 0 in kernels' tests.
    const data = Int32Array.from(random(B, 1), (v) => 1 + Math.floor(((v + 1) / 2) * (T - 1e-9)));
    feeds.lengths = { data: data.map((n) => Math.min(n, T)), shape: [B] };
  }
  if (states) {
    const { op, hidden, direction } = layers[0]!;
    const shape = [direction === 'bidirectional' ? 2 : 1, B, hidden];
    const size = shape.reduce((a, b) => a * b, 1);
    feeds.h0 = { data: random(size, 1), shape };
    if (op === 'LSTM') feeds.c0 = { data: random(size, 1), shape };
  }
  return feeds;
}

describe.each([
  { title: 'float32', cells: layer, int8: false, tolerance: FLOAT_TOLERANCE, numRuns: 60 },
  { title: 'int8', cells: layer, int8: true, tolerance: INT8_TOLERANCE, numRuns: 60 },
  { title: 'changed cells', cells: changedLayer, int8: false, tolerance: FLOAT_TOLERANCE, numRuns: 60 },
  { title: 'changed cells, int8', cells: changedLayer, int8: true, tolerance: INT8_TOLERANCE, numRuns: 20 },
])('$title', ({ cells, int8, tolerance, numRuns }) => {
  it('agrees with onnxruntime over random graphs', async () => {
    await fc.assert(
      fc.asyncProperty(stack(int8, cells), async (kase) => {
        const bytes = stackBytes(kase);
        const [fused, ort] = await Promise.all([
          loadModel(bytes, { engine: 'fused' }),
          loadModel(bytes, { engine: 'ort' }),
        ]);
        try {
          expect([fused.engine, ort.engine]).toEqual(['fused', 'ort']);
          const feeds = feedsFor(kase);
          const expected = await ort.run(feeds);
          expectSame(await fused.run(feeds), expected, tolerance);
          // Another shape in between must leave nothing behind: the same bits again.
          const again = await fused.run(feeds);
          await fused.run(feedsFor({ ...kase, T: kase.T + 3, B: kase.B + 1 }));
          expectSame(await fused.run(feeds), again, 0);
        } finally {
          await Promise.all([fused.dispose(), ort.dispose()]);
        }
      }),
      { numRuns },
    );
  }, 300_000);
});
