/** What ONNX lets a node change of its cell, against onnxruntime-web; layout 1, which that lacks, against layout 0. */

import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { attr, writeOnnx } from '../onnx/index.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { type Cell, GATES } from './cellWeights.ts';
import { type Direction, runSequence, type SequenceCall } from './runSequence.ts';

const OP = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;
const [T, B, I, H] = [6, 3, 4, 5];

interface Case extends Pick<SequenceCall, 'activations' | 'alphas' | 'betas' | 'clip' | 'linearBeforeReset'> {
  readonly cell: Cell;
  readonly inputForget?: boolean;
  readonly peepholes?: boolean;
}

const cases: readonly Case[] = [
  { cell: 'rnn', activations: ['Relu'] },
  { cell: 'rnn', activations: ['Sigmoid'] },
  { cell: 'rnn', activations: ['Affine'], alphas: [0.5], betas: [0.25] },
  { cell: 'rnn', activations: ['LeakyRelu'] },
  { cell: 'rnn', activations: ['LeakyRelu'], alphas: [0.2] },
  { cell: 'rnn', activations: ['ThresholdedRelu'], alphas: [0.1] },
  { cell: 'rnn', activations: ['ScaledTanh'], alphas: [0.8], betas: [0.6] },
  { cell: 'rnn', activations: ['HardSigmoid'] },
  { cell: 'rnn', activations: ['HardSigmoid'], alphas: [0.3], betas: [0.1] },
  { cell: 'rnn', activations: ['Elu'], alphas: [0.7] },
  { cell: 'rnn', activations: ['Softsign'] },
  { cell: 'rnn', activations: ['Softplus'] },
  { cell: 'rnn', clip: 0.3 },
  { cell: 'gru', clip: 0.3, linearBeforeReset: 0 },
  { cell: 'gru', clip: 0.3, linearBeforeReset: 1 },
  { cell: 'gru', activations: ['HardSigmoid', 'Softsign'], linearBeforeReset: 1 },
  { cell: 'gru', activations: ['Affine', 'Elu'], alphas: [0.4, 0.6], betas: [0.1], linearBeforeReset: 0 },
  { cell: 'lstm', clip: 0.3 },
  { cell: 'lstm', inputForget: true },
  { cell: 'lstm', peepholes: true },
  { cell: 'lstm', peepholes: true, inputForget: true },
  { cell: 'lstm', activations: ['HardSigmoid', 'Relu', 'Softsign'], alphas: [0.25], betas: [0.4] },
];

/** Numbers in [-1, 1] that are the same in every run. */
function uniform(seed: number): (shape: number[]) => Tensor {
  let state = seed;
  return (shape) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    });
    return tensor(data, shape);
  };
}

/** Lists of attributes are for every direction. */
const doubled = <V>(list: readonly V[] | undefined, dirs: number): readonly V[] | undefined =>
  list && (dirs === 2 ? [...list, ...list] : list);

function callOf({ peepholes, ...rest }: Case, direction: Direction): SequenceCall {
  const { cell } = rest;
  const dirs = direction === 'bidirectional' ? 2 : 1;
  const rows = GATES[cell] * H;
  const random = uniform(7);
  return {
    ...rest,
    direction,
    ...(rest.activations && { activations: doubled(rest.activations, dirs)! }),
    ...(rest.alphas && { alphas: doubled(rest.alphas, dirs)! }),
    ...(rest.betas && { betas: doubled(rest.betas, dirs)! }),
    x: random([T, B, I]),
    w: random([dirs, rows, I]),
    r: random([dirs, rows, H]),
    b: random([dirs, 2 * rows]),
    h0: random([dirs, B, H]),
    ...(cell === 'lstm' && { c0: random([dirs, B, H]) }),
    ...(peepholes && { p: random([dirs, 3 * H]) }),
    lengths: Int32Array.of(T, 2, 4),
  };
}

async function onnxruntime(call: SequenceCall): Promise<Tensor[]> {
  const {
    cell,
    direction = 'forward',
    activations,
    alphas,
    betas,
    clip,
    inputForget,
    linearBeforeReset,
  } = call;
  const fed = { x: call.x, w: call.w, r: call.r, b: call.b!, h0: call.h0!, c0: call.c0, p: call.p };
  const outputs = cell === 'lstm' ? ['y', 'h', 'c'] : ['y', 'h'];
  const state = cell === 'lstm' ? ['h0', 'c0', ...(call.p ? ['p'] : [])] : ['h0'];
  const bytes = writeOnnx({
    irVersion: 9,
    opset: 20,
    graph: {
      name: 'cell',
      nodes: [
        {
          op: OP[cell],
          inputs: ['x', 'w', 'r', 'b', 'lengths', ...state],
          outputs,
          attributes: {
            hidden_size: attr.int(H),
            direction: attr.string(direction),
            ...(activations && { activations: attr.strings(activations) }),
            ...(alphas && { activation_alpha: attr.floats(alphas) }),
            ...(betas && { activation_beta: attr.floats(betas) }),
            ...(clip && { clip: attr.float(clip) }),
            ...(inputForget && { input_forget: attr.int(1) }),
            ...(cell === 'gru' && { linear_before_reset: attr.int(linearBeforeReset ?? 1) }),
          },
        },
      ],
      initializers: [
        { name: 'lengths', shape: [B], type: 'int32', data: call.lengths! },
        ...Object.entries(fed).flatMap(([name, value]) =>
          value && name !== 'x' ? [{ name, type: 'float32' as const, ...value }] : [],
        ),
      ],
      inputs: [{ name: 'x', type: 'float32', shape: [...call.x.shape] }],
      outputs: outputs.map((name) => ({ name, type: 'float32', shape: [], unranked: true as const })),
    },
  });
  const session = await ort.InferenceSession.create(bytes);
  const results = await session.run({ x: new ort.Tensor('float32', call.x.data, [...call.x.shape]) });
  await session.release();
  return outputs.map((name) => tensor(results[name]!.data as Float32Array, [...results[name]!.dims]));
}

describe('a cell that a node changed', () => {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1;
    // Its warnings are about node placement.
    ort.env.logLevel = 'error';
  });

  describe.each<Direction>(['forward', 'reverse', 'bidirectional'])('%s', (direction) => {
    it.each(cases)('%o', async (kase) => {
      const call = callOf(kase, direction);
      const { y, h, c } = runSequence(call);
      const expected = await onnxruntime(call);
      [y, h, ...(c ? [c] : [])].forEach((mine, i) => {
        expect(mine.shape).toEqual(expected[i]!.shape);
        // float32 in another order of sums, six steps, values within [-4, 4].
        const worst = mine.data.reduce(
          (most, v, k) => Math.max(most, Math.abs(v - expected[i]!.data[k]!)),
          0,
        );
        expect(worst, `output ${i}`).toBeLessThan(2e-5);
      });
    });
  });

  it('of a list that is too short is refused', () => {
    const call = callOf(cases[0]!, 'forward');
    expect(() => runSequence({ ...call, direction: 'bidirectional', activations: ['Relu'] })).toThrow(
      expect.objectContaining({ code: 'TENSOR_SHAPE' }),
    );
    expect(() => runSequence({ ...call, activations: ['Relu', 'Relu'] })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT', details: { expected: 1, activations: ['Relu', 'Relu'] } }),
    );
    expect(() => runSequence({ ...call, activations: ['Gelu'] })).toThrow(
      expect.objectContaining({ code: 'ONNX_UNSUPPORTED', details: { activation: 'Gelu' } }),
    );
  });
});

describe('layout 1', () => {
  /** [m, n, ...rest] to [n, m, ...rest], element by element. */
  function swap({ data, shape }: Tensor): Tensor {
    const [m = 0, n = 0, ...rest] = shape;
    const size = rest.reduce((a, b) => a * b, 1);
    const out = data.map((_, at) => {
      const [j, i, k] = [Math.floor(at / size / m), Math.floor(at / size) % m, at % size];
      return data[(i * n + j) * size + k]!;
    });
    return tensor(out, [n, m, ...rest]);
  }

  it.each<Cell>(['rnn', 'lstm', 'gru'])('of %s is layout 0 with the batch first', (cell) => {
    const call = callOf({ cell }, 'bidirectional');
    const first = runSequence(call);
    const { y, h, c } = runSequence({
      ...call,
      layout: 1,
      x: swap(call.x),
      h0: swap(call.h0!),
      ...(call.c0 && { c0: swap(call.c0) }),
    });
    expect(h).toEqual(swap(first.h));
    if (first.c) expect(c).toEqual(swap(first.c));
    expect(y.shape).toEqual([B, T, 2, H]);
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        for (let d = 0; d < 2; d++) {
          const at = ((b * T + t) * 2 + d) * H;
          const from = ((t * 2 + d) * B + b) * H;
          expect(y.data.subarray(at, at + H)).toEqual(first.y.data.subarray(from, from + H));
        }
      }
    }
  });
});
