/** Streams, groups and incremental runs of graphs that carry steps, sequences and features in any order. */
import { attr, type OnnxGraph, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { loadModel, type Model, type StreamChunk } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { randomFloats } from './random.ts';

const [T, B, F, H] = [7, 2, 3, 4];
const ORDERS = ['tbf', 'btf', 'bft', 'tfb', 'fbt', 'ftb'] as const;
type Order = (typeof ORDERS)[number];

const floats = (name: string, shape: number[], seed: number): OnnxTensor => ({
  ...{ name, shape, type: 'float32' },
  data: randomFloats(seed)(
    shape.reduce((a, b) => a * b, 1),
    0.8,
  ),
});

/** Perm of a Transpose from one order to another. */
const turn = (from: Order, to: Order): number[] => [...to].map((name) => from.indexOf(name));

function open(input: Order, output: Order): Promise<Model> {
  const sizes = { t: 'T', b: 'B', f: F };
  const perm = (from: Order, to: Order) => ({ perm: attr.ints(turn(from, to)) });
  const graph: OnnxGraph = {
    name: 'turned',
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['steps'], attributes: perm(input, 'tbf') },
      {
        op: 'GRU',
        inputs: ['steps', 'w', 'r'],
        outputs: ['states'],
        attributes: { hidden_size: attr.int(H) },
      },
      { op: 'Squeeze', inputs: ['states', 'one'], outputs: ['rows'], attributes: {} },
      { op: 'Transpose', inputs: ['rows'], outputs: ['turned'], attributes: perm('tbf', output) },
      { op: 'Relu', inputs: ['turned'], outputs: ['y'], attributes: {} },
    ],
    initializers: [
      floats('w', [1, 3 * H, F], 1),
      floats('r', [1, 3 * H, H], 2),
      { name: 'one', shape: [1], type: 'int64', data: BigInt64Array.of(1n) },
    ],
    inputs: [{ name: 'x', type: 'float32', shape: [...input].map((name) => sizes[name as 't']) }],
    outputs: [{ name: 'y', type: 'float32', shape: ['', '', ''] }],
  };
  return loadModel(writeOnnx({ irVersion: 10, opset: 17, graph }), { engine: 'fused' });
}

/** [T, B, n] in another order, or back. */
function turned(data: Float32Array, shape: readonly number[], perm: readonly number[]) {
  const strides = [shape[1]! * shape[2]!, shape[2]!, 1];
  const sizes = perm.map((axis) => shape[axis]!);
  const out = new Float32Array(data.length);
  let at = 0;
  for (let i = 0; i < sizes[0]!; i++) {
    for (let j = 0; j < sizes[1]!; j++) {
      for (let k = 0; k < sizes[2]!; k++) {
        out[at++] = data[i * strides[perm[0]!]! + j * strides[perm[1]!]! + k * strides[perm[2]!]!]!;
      }
    }
  }
  return { data: out, shape: sizes };
}

const x = randomFloats(3)(T * B * F, 1);
/** Steps `from` to `to` of one sequence. */
const steps = (b: number, from: number, to: number): Float32Array =>
  Float32Array.from(
    { length: (to - from) * F },
    (_, i) => x[((from + Math.floor(i / F)) * B + b) * F + (i % F)]!,
  );
const CHUNKS = [
  [0, 1],
  [1, 3],
  [3, 4],
  [4, T],
] as const;

const close = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(wanted[i]!, 5);
};

describe.each(ORDERS)('in as %s', (input) => {
  it.each(ORDERS)('and out as %s', async (output) => {
    const model = await open(input, output);
    const { y } = await model.run({ x: turned(x, [T, B, F], turn('tbf', input)) });
    const whole = turned(y!.data, y!.shape, turn(output, 'tbf')).data;
    const sequence = (b: number): Float32Array =>
      Float32Array.from({ length: T * H }, (_, i) => whole[(Math.floor(i / H) * B + b) * H + (i % H)]!);

    const [stream, run, group, apart] = [
      model.createStream(),
      model.createIncrementalRun(),
      model.createStreamGroup(B),
      model.createStreamGroup(B),
    ];
    const pushed: number[] = [];
    const together: number[] = [];
    const each: number[][] = [[], []];
    for (const [from, to] of CHUNKS) {
      pushed.push(...(await stream.push(steps(0, from, to))).data);
      const all: StreamChunk = { data: x.slice(from * B * F, to * B * F), shape: [to - from, B, F] };
      together.push(...(await group.push(all)).data);
      const outputs = await apart.pushEach([steps(0, from, to), steps(1, from, to)]);
      for (const b of [0, 1]) each[b]!.push(...outputs[b]!.data);
      close((await run.push(steps(0, from, to))).output.data, sequence(0).subarray(0, to * H));
    }
    close(pushed, sequence(0));
    close(together, whole);
    for (const b of [0, 1]) close(each[b]!, sequence(b));
    await model.dispose();
  });
});
