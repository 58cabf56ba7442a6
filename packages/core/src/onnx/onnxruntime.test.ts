/**
 * Written models in onnxruntime-web against `runSequence`: the file means to another runtime what it means
 * here, and the reference computes what ONNX defines. The only outside witness of linear_before_reset 0.
 */

import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cell, type Direction, GATES, runSequence } from '../cells/index.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { attr } from './attr.ts';
import type { OnnxNode, OnnxTensor, OnnxValue } from './onnxModel.ts';
import { readOnnx } from './readOnnx.ts';
import { writeOnnx } from './writeOnnx.ts';

interface Case {
  readonly cell: Cell;
  readonly direction: Direction;
  readonly linearBeforeReset?: 0 | 1;
  readonly int8?: boolean;
  readonly withLengths?: boolean;
}

const OP = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;
const [T, B, I, H] = [7, 3, 5, 4];

const cases: Case[] = (['forward', 'reverse', 'bidirectional'] as const).flatMap((direction): Case[] => [
  { cell: 'rnn', direction },
  { cell: 'lstm', direction },
  { cell: 'lstm', direction, withLengths: true },
  { cell: 'lstm', direction, int8: true },
  { cell: 'gru', direction, linearBeforeReset: 0 },
  { cell: 'gru', direction, linearBeforeReset: 1 },
  { cell: 'gru', direction, linearBeforeReset: 0, withLengths: true },
  { cell: 'gru', direction, linearBeforeReset: 1, withLengths: true, int8: true },
]);

/** Numbers in [-1, 1] that are the same in every run. */
function uniform(seed: number) {
  let state = seed;
  return (shape: number[]): Tensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    });
    return tensor(data, shape);
  };
}

/** [dirs, rows, columns] as int8 with a scale for each row of each direction, and what that stands for. */
function quantised({ data, shape }: Tensor): { int8: Int8Array; scale: Float32Array; meant: Tensor } {
  const columns = shape[2]!;
  const scale = new Float32Array(data.length / columns);
  for (let row = 0; row < scale.length; row++) {
    const largest = data
      .subarray(row * columns, (row + 1) * columns)
      .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    scale[row] = largest / 127;
  }
  const int8 = Int8Array.from(data, (x, i) => Math.round(x / scale[Math.floor(i / columns)]!));
  const meant = Float32Array.from(int8, (x, i) => x * scale[Math.floor(i / columns)]!);
  return { int8, scale, meant: tensor(meant, shape) };
}

const float = (name: string, { data, shape }: Tensor): OnnxTensor => ({ name, shape, type: 'float32', data });
const value = (name: string, shape: OnnxValue['shape'], type: OnnxValue['type'] = 'float32'): OnnxValue => ({
  name,
  type,
  shape,
});

describe('onnxruntime computes from a written model what runSequence computes', () => {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1;
    // Its warnings are about node placement.
    ort.env.logLevel = 'error';
  });

  it.each(cases)('%o', async ({ cell, direction, linearBeforeReset = 1, int8, withLengths }) => {
    const dirs = direction === 'bidirectional' ? 2 : 1;
    const rows = GATES[cell] * H;
    const draw = uniform(17);
    const x = draw([T, B, I]);
    const b = draw([dirs, 2 * rows]);
    const h0 = draw([dirs, B, H]);
    const c0 = draw([dirs, B, H]);
    const lengths = withLengths ? Int32Array.of(4, 7, 1) : undefined;

    const initializers: OnnxTensor[] = [float('b', b)];
    const nodes: OnnxNode[] = [];
    const weights = { w: draw([dirs, rows, I]), r: draw([dirs, rows, H]) };
    for (const name of ['w', 'r'] as const) {
      if (!int8) {
        initializers.push(float(name, weights[name]));
        continue;
      }
      // DequantizeLinear takes one scale along one axis: with two directions the rows of both go in one.
      const { shape } = weights[name];
      const { int8: data, scale, meant } = quantised(weights[name]);
      weights[name] = meant;
      initializers.push(
        { name: `${name}.int8`, shape: [dirs * rows, shape[2]!], type: 'int8', data },
        { name: `${name}.scale`, shape: [dirs * rows], type: 'float32', data: scale },
        { name: `${name}.shape`, shape: [3], type: 'int64', data: BigInt64Array.from(shape.map(BigInt)) },
      );
      nodes.push(
        {
          op: 'DequantizeLinear',
          inputs: [`${name}.int8`, `${name}.scale`],
          outputs: [`${name}.flat`],
          attributes: { axis: attr.int(0) },
        },
        { op: 'Reshape', inputs: [`${name}.flat`, `${name}.shape`], outputs: [name], attributes: {} },
      );
    }
    if (lengths) initializers.push({ name: 'lengths', shape: [B], type: 'int32', data: lengths });
    nodes.push({
      op: OP[cell],
      name: 'layer',
      inputs: ['x', 'w', 'r', 'b', lengths ? 'lengths' : '', 'h0', ...(cell === 'lstm' ? ['c0'] : [])],
      outputs: ['y', 'h', ...(cell === 'lstm' ? ['c'] : [])],
      attributes: {
        hidden_size: attr.int(H),
        direction: attr.string(direction),
        ...(cell === 'gru' && { linear_before_reset: attr.int(linearBeforeReset) }),
      },
    });
    const state = [dirs, 'B', H];
    const bytes = writeOnnx({
      irVersion: 10,
      opset: 21,
      producer: 'rivulet',
      graph: {
        name: cell,
        nodes,
        initializers,
        inputs: [
          value('x', ['T', 'B', I]),
          value('h0', state),
          ...(cell === 'lstm' ? [value('c0', state)] : []),
        ],
        outputs: [
          value('y', ['T', dirs, 'B', H]),
          value('h', state),
          ...(cell === 'lstm' ? [value('c', state)] : []),
        ],
      },
    });
    expect(readOnnx(bytes).graph.nodes).toEqual(nodes);

    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    const feed = ({ data, shape }: Tensor) => new ort.Tensor('float32', data, shape);
    const got = await session.run({
      x: feed(x),
      h0: feed(h0),
      ...(cell === 'lstm' && { c0: feed(c0) }),
    });
    await session.release();

    const expected = runSequence({
      cell,
      direction,
      linearBeforeReset,
      x,
      ...weights,
      b,
      h0,
      ...(cell === 'lstm' && { c0 }),
      ...(lengths && { lengths }),
    });
    for (const name of ['y', 'h', 'c'] as const) {
      const reference = expected[name];
      if (!reference) continue;
      expect(got[name]!.dims).toEqual(reference.shape);
      const data = got[name]!.data as Float32Array;
      const largest = reference.data.reduce((most, one, i) => Math.max(most, Math.abs(one - data[i]!)), 0);
      // Seven steps in float32, sums of nine products; onnxruntime's tanh and sigmoid are good to about 1e-6.
      expect(largest, name).toBeLessThan(5e-6);
    }
  });
});
