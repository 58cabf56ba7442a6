/** Streams of graphs that carry their states by name, whose output shows the newest step alone. */
import { attr, type OnnxGraph, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { expect, it } from 'vitest';
import { randomFloats } from './random.ts';

const [T, B, F, H] = [5, 2, 3, 4];
const floats = (name: string, shape: number[], seed: number): OnnxTensor => ({
  ...{ name, shape, type: 'float32' },
  data: randomFloats(seed)(
    shape.reduce((a, b) => a * b, 1),
    0.8,
  ),
});
const axes: OnnxTensor = { name: 'zero', shape: [1], type: 'int64', data: BigInt64Array.of(0n) };
const turn = { perm: attr.ints([1, 0]) };

const graph: OnnxGraph = {
  name: 'newest',
  nodes: [
    {
      ...{ op: 'GRU', inputs: ['x', 'w', 'r', '', '', 'h0'], outputs: ['', 'hn'] },
      attributes: { hidden_size: attr.int(H) },
    },
    { op: 'Squeeze', inputs: ['hn', 'zero'], outputs: ['h'], attributes: {} },
    { op: 'Relu', inputs: ['h'], outputs: ['y'], attributes: {} },
    { op: 'Transpose', inputs: ['y'], outputs: ['columns'], attributes: turn },
  ],
  initializers: [floats('w', [1, 3 * H, F], 1), floats('r', [1, 3 * H, H], 2), axes],
  inputs: [
    { name: 'x', type: 'float32', shape: ['T', 'B', F] },
    { name: 'h0', type: 'float32', shape: [1, 'B', H] },
  ],
  outputs: [
    { name: 'y', type: 'float32', shape: ['B', H] },
    { name: 'columns', type: 'float32', shape: [H, 'B'] },
    { name: 'hn', type: 'float32', shape: [1, 'B', H] },
  ],
};
const file = writeOnnx({ irVersion: 8, opset: 17, graph });
const x = randomFloats(3)(T * B * F, 1);
const options = { states: { h0: 'hn' } };

it.each([
  ['fused', 'y'],
  ['fused', 'columns'],
  ['ort', 'y'],
] as const)('%s gives one row of %s for however many steps', async (engine, output) => {
  const model = await loadModel(file, { engine });
  const h0 = { data: new Float32Array(B * H), shape: [1, B, H] };
  const { y } = await model.run({ x: { data: x, shape: [T, B, F] }, h0 });
  const [stream, group] = [
    model.createStream({ ...options, output }),
    model.createStreamGroup(B, { ...options, output }),
  ];
  const own = Float32Array.from({ length: T * F }, (_, i) => x[Math.floor(i / F) * B * F + (i % F)]!);
  const close = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
    expect(got.length).toBe(wanted.length);
    for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(wanted[i]!, 5);
  };
  expect((await stream.push(own.slice(0, F))).shape).toEqual([1, H]);
  const row = await stream.push(own.slice(F));
  expect(row.shape).toEqual([1, H]);
  close(row.data, y!.data.slice(0, H));
  await group.push({ data: x.slice(0, 2 * B * F), shape: [2, B, F] });
  const rows = await group.push({ data: x.slice(2 * B * F), shape: [T - 2, B, F] });
  expect(rows.shape).toEqual([1, B, H]);
  close(rows.data, y!.data);
  await model.dispose();
});
