/**
 * The recurrent cases of ONNX's backend test suite, built from their public definitions (onnx/backend/test/case/node:
 * lstm.py, gru.py, rnn.py): single nodes whose weights are graph inputs. What they must give is computed by
 * onnxruntime-web, or where that fails (layout 1) by the reference cells, which agree with it on the others.
 */
import {
  attr,
  type Cell,
  type OnnxModel,
  type OnnxTensor,
  runSequence,
  type SequenceCall,
  type Tensor,
  tensor,
  writeOnnx,
} from '@rivulet/core';
import { type AnyTensor, loadModel } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { expectSame } from './expectSame.ts';
import { randomFloats } from './random.ts';

const OPS = { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const;
const GATES = { rnn: 1, gru: 3, lstm: 4 } as const;

interface Case {
  /** As the suite names it. */
  readonly name: string;
  readonly cell: Cell;
  /** Of x, which counts 1, 2, 3, ... */
  readonly x: readonly [number, number, number];
  readonly hidden: number;
  /** Of every weight; 'randn': random weights and biases. */
  readonly scale: number | 'randn';
  /** Of every input bias; the state's are zero. */
  readonly bias?: number;
  readonly peepholes?: number;
  readonly layout?: 1;
}

const CASES: readonly Case[] = [
  { name: 'test_lstm_defaults', cell: 'lstm', x: [1, 3, 2], hidden: 3, scale: 0.1 },
  { name: 'test_lstm_with_initial_bias', cell: 'lstm', x: [1, 3, 3], hidden: 4, scale: 0.1, bias: 0.1 },
  {
    name: 'test_lstm_with_peepholes',
    cell: 'lstm',
    x: [1, 2, 4],
    hidden: 3,
    scale: 0.1,
    bias: 0,
    peepholes: 0.1,
  },
  { name: 'test_lstm_batchwise', cell: 'lstm', x: [3, 1, 2], hidden: 7, scale: 0.3, layout: 1 },
  { name: 'test_gru_defaults', cell: 'gru', x: [1, 3, 2], hidden: 5, scale: 0.1 },
  { name: 'test_gru_with_initial_bias', cell: 'gru', x: [1, 3, 3], hidden: 3, scale: 0.1, bias: 0.1 },
  { name: 'test_gru_seq_length', cell: 'gru', x: [2, 3, 3], hidden: 5, scale: 'randn' },
  { name: 'test_gru_batchwise', cell: 'gru', x: [3, 1, 2], hidden: 6, scale: 0.2, layout: 1 },
  { name: 'test_simple_rnn_defaults', cell: 'rnn', x: [1, 3, 2], hidden: 4, scale: 0.1 },
  { name: 'test_simple_rnn_with_initial_bias', cell: 'rnn', x: [1, 3, 3], hidden: 5, scale: 0.1, bias: 0.1 },
  { name: 'test_rnn_seq_length', cell: 'rnn', x: [2, 3, 3], hidden: 5, scale: 'randn' },
  { name: 'test_simple_rnn_batchwise', cell: 'rnn', x: [3, 1, 2], hidden: 4, scale: 0.5, layout: 1 },
];

const random = randomFloats(11);

/** [...] of one number; 'randn': of many. */
function filled(shape: readonly number[], value: number | 'randn'): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(value === 'randn' ? random(size, 1.7) : new Float32Array(size).fill(value), [...shape]);
}

function feedsOf({ cell, x, hidden: H, scale, bias, peepholes, layout }: Case): Record<string, AnyTensor> {
  const rows = GATES[cell] * H;
  const batch = x[layout ? 0 : 1];
  const B = filled([1, 2 * rows], scale === 'randn' ? scale : 0);
  if (bias) B.data.fill(bias, 0, rows);
  return {
    X: tensor(
      Float32Array.from({ length: x[0] * x[1] * x[2] }, (_, i) => i + 1),
      [...x],
    ),
    W: filled([1, rows, x[2]], scale),
    R: filled([1, rows, H], scale),
    ...((scale === 'randn' || bias !== undefined) && { B }),
    ...(peepholes && {
      sequence_lens: { data: new Int32Array(batch).fill(x[0]), shape: [batch] },
      initial_h: filled([1, batch, H], 0),
      initial_c: filled([1, batch, H], 0),
      P: filled([1, 3 * H], peepholes),
    }),
  };
}

const ORDER = ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'];

/** @param constants what is an initializer instead of an input */
function modelOf(kase: Case, feeds: Record<string, AnyTensor>, constants: readonly string[]): OnnxModel {
  const { cell, hidden, layout, name } = kase;
  const used = ORDER.slice(0, ORDER.findLastIndex((input) => input in feeds) + 1);
  const fed = Object.keys(feeds).filter((input) => !constants.includes(input));
  // The suite asks most cases for Y_h alone, the batchwise ones for both.
  const outputs = layout ? ['Y', 'Y_h'] : ['', 'Y_h'];
  const typeOf = (input: string) => (feeds[input]!.data instanceof Int32Array ? 'int32' : 'float32');
  return {
    irVersion: 10,
    opset: 22,
    graph: {
      name,
      nodes: [
        {
          op: OPS[cell],
          inputs: used.map((input) => (input in feeds ? input : '')),
          outputs,
          attributes: { hidden_size: attr.int(hidden), ...(layout && { layout: attr.int(layout) }) },
        },
      ],
      initializers: constants.flatMap((input): OnnxTensor[] =>
        input in feeds
          ? [
              {
                name: input,
                type: 'float32',
                shape: feeds[input]!.shape,
                data: feeds[input]!.data as Float32Array,
              },
            ]
          : [],
      ),
      inputs: fed.map((input) => ({ name: input, type: typeOf(input), shape: [...feeds[input]!.shape] })),
      outputs: outputs.filter(Boolean).map((output) => ({
        name: output,
        type: 'float32' as const,
        shape: [],
        unranked: true as const,
      })),
    },
  };
}

function reference({ cell, layout }: Case, feeds: Record<string, AnyTensor>): Record<string, Tensor> {
  const of = (name: string): Tensor => feeds[name] as Tensor;
  const call: SequenceCall = {
    cell,
    linearBeforeReset: 0,
    layout: layout ?? 0,
    ...{ x: of('X'), w: of('W'), r: of('R') },
    ...('B' in feeds && { b: of('B') }),
    ...('P' in feeds && { p: of('P') }),
  };
  const { y, h } = runSequence(call);
  return layout ? { Y: y, Y_h: h } : { Y_h: h };
}

describe.each(CASES)('$name', (kase) => {
  const feeds = feedsOf(kase);

  it.each([
    { title: 'weights as inputs, as the suite has them', constants: [] },
    { title: 'weights as constants', constants: ['W', 'R', 'B', 'P'] },
  ])('$title', async ({ constants }) => {
    const bytes = writeOnnx(modelOf(kase, feeds, constants));
    const given = Object.fromEntries(Object.entries(feeds).filter(([name]) => !constants.includes(name)));
    const fused = await loadModel(bytes, { engine: 'auto' });
    expect(fused.engine).toBe('fused');
    const results = await fused.run(given);
    expectSame(results, reference(kase, feeds), 1e-6);
    await fused.dispose();
    if (kase.layout) return;
    const ort = await loadModel(bytes, { engine: 'ort' });
    expectSame(results, await ort.run(given), 1e-6);
    await ort.dispose();
  });
});
