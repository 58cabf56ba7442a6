/** The recurrent inference kernels against the readable cells, one step and many, over shapes that fit no vector. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machines } from '../testing/inferCases.ts';
import { largestDifference } from '../testing/largestDifference.ts';
import { type InferCase, runInferRecurrent } from '../testing/runInferRecurrent.ts';

const CASES: readonly InferCase[] = [
  { cell: 'lstm', T: 1, B: 1, I: 1, H: 1 },
  { cell: 'lstm', T: 7, B: 1, I: 3, H: 5 },
  { cell: 'lstm', T: 9, B: 4, I: 16, H: 64, reverse: true },
  { cell: 'lstm', T: 90, B: 1, I: 128, H: 64, states: true },
  { cell: 'lstm', T: 6, B: 3, I: 6, H: 33, lengths: [6, 1, 0], states: true },
  { cell: 'lstm', T: 6, B: 5, I: 6, H: 12, lengths: [2, 6, 4, 0, 3], reverse: true, states: true },
  { cell: 'gru', T: 5, B: 1, I: 7, H: 9 },
  { cell: 'gru', T: 11, B: 6, I: 24, H: 48, reverse: true, lengths: [1, 2, 3, 11, 10, 0], states: true },
  { cell: 'gru', linearBeforeReset: 0, T: 5, B: 1, I: 7, H: 9 },
  { cell: 'gru', linearBeforeReset: 0, T: 8, B: 5, I: 10, H: 37, lengths: [8, 7, 0, 1, 2], states: true },
  { cell: 'rnn', T: 12, B: 2, I: 5, H: 70, states: true },
  { cell: 'rnn', T: 3, B: 9, I: 2, H: 3, reverse: true },
  { cell: 'rnn', activation: 'relu', T: 6, B: 3, I: 5, H: 21, states: true },
  ...(
    [
      ['Relu'],
      ['Tanh'],
      ['Sigmoid'],
      ['Affine', [0.4], [0.1]],
      ['LeakyRelu', [0.3]],
      ['ThresholdedRelu', [0.2]],
      ['ScaledTanh', [0.8], [1.3]],
      ['HardSigmoid', [0.3], [0.4]],
      ['Elu', [0.7]],
      ['Softsign'],
      ['Softplus'],
    ] as const
  ).map(([name, alphas = [], betas = []]): InferCase => {
    const shape = { T: 4, B: 3, I: 5, H: 10, lengths: [4, 0, 2], states: true };
    return { cell: 'rnn', changes: { activations: [name], alphas, betas }, ...shape };
  }),
];

const LSTM = ['Sigmoid', 'Tanh', 'Tanh'];

const KINDS: readonly Pick<InferCase, 'cell' | 'activation' | 'linearBeforeReset' | 'changes'>[] = [
  { cell: 'lstm' },
  { cell: 'gru', linearBeforeReset: 1 },
  { cell: 'gru', linearBeforeReset: 0 },
  { cell: 'rnn', activation: 'tanh' },
  { cell: 'rnn', activation: 'relu' },
  { cell: 'lstm', changes: { activations: ['HardSigmoid', 'Softsign', 'Tanh'], alphas: [0.25] } },
  { cell: 'lstm', changes: { activations: LSTM, clip: 0.4, peepholes: true } },
  { cell: 'lstm', changes: { activations: LSTM, inputForget: true, peepholes: true } },
  { cell: 'gru', linearBeforeReset: 1, changes: { activations: ['HardSigmoid', 'Softsign'], clip: 1.5 } },
  { cell: 'gru', linearBeforeReset: 0, changes: { activations: ['Sigmoid', 'ScaledTanh'], betas: [0.5] } },
];

/** Any shape, `T` steps at most; lengths from 0 to T where there are some. */
const shapeOf = (longest: number): fc.Arbitrary<Omit<InferCase, 'cell'>> =>
  fc
    .record({
      T: fc.integer({ min: 1, max: longest }),
      B: fc.integer({ min: 1, max: 9 }),
      I: fc.integer({ min: 1, max: 40 }),
      H: fc.integer({ min: 1, max: 40 }),
      reverse: fc.boolean(),
      states: fc.boolean(),
      withLengths: fc.boolean(),
    })
    .chain(({ withLengths, ...shape }) =>
      withLengths
        ? fc
            .array(fc.integer({ min: 0, max: shape.T }), { minLength: shape.B, maxLength: shape.B })
            .map((lengths) => ({ ...shape, lengths }))
        : fc.constant(shape),
    );

// Float32 sums in another order, and an exp within 2.5e-7. For int8 the reference gets the same weights; what differs is
// the rounding of activations to 16 (plain), 14 (relaxed) or 7 bits.
const TOLERANCES = { float32: 3e-6, plain: 2e-4, relaxed: 8e-4, int8a7: 0.1 };

describe.each(machines())('$name', ({ open, variant, type }) => {
  const tolerance = TOLERANCES[type === 'int8' ? variant : type];
  async function expectSame(kase: InferCase, seed: number): Promise<void> {
    const { got, expected, guard } = runInferRecurrent(await open(), kase, type !== 'float32', seed);
    for (const name of ['y', 'h', 'c'] as const) {
      const wanted = expected[name];
      if (!wanted) continue;
      // Rounding errors are parts of the largest value: a relu's states are not within 1.
      const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(largestDifference(got[name]!, wanted), name).toBeLessThanOrEqual(tolerance * size);
    }
    expect(guard, 'nothing is written behind y').toBe(-1);
  }

  it.each(CASES)('$cell T $T B $B I $I H $H', async (kase) => {
    await expectSame(kase, kase.T * 1000 + kase.B * 100 + kase.I * 10 + kase.H);
  });

  it.each(KINDS)('one step of any shape: $cell $activation $linearBeforeReset $changes', async (kind) => {
    await fc.assert(
      fc.asyncProperty(shapeOf(1), fc.nat(), (shape, seed) => expectSame({ ...kind, ...shape }, seed)),
      { numRuns: 20 },
    );
  });

  it.each(KINDS)('a sequence of any shape: $cell $activation $linearBeforeReset $changes', async (kind) => {
    await fc.assert(
      fc.asyncProperty(shapeOf(25), fc.nat(), (shape, seed) => expectSame({ ...kind, ...shape }, seed)),
      { numRuns: 20 },
    );
  });
});
