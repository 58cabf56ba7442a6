/** Inputs that no output depends on: a run takes them, and so does whatever goes on from it. */
import { attr, type OnnxGraph, type OnnxModel, type OnnxValue, writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import type { AnyTensor } from '../engine/engine.ts';
import type { Model } from '../model.ts';
import { loadModel } from '../node.ts';

const [T, F, H] = [5, 3, 2];
const numbers = (size: number, from: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(from + i));
const UNREAD: readonly (OnnxValue & { readonly feed: AnyTensor })[] = [
  { name: 'other', type: 'float32', shape: ['U', 4], feed: { data: numbers(8, 1), shape: [2, 4] } },
  { name: 'mask', type: 'bool', shape: ['T', 'B'], feed: { data: new Uint8Array(T), shape: [T, 1] } },
  { name: 'training', type: 'bool', shape: [], feed: { data: Uint8Array.of(1), shape: [] } },
  { name: 'any', type: 'float32', shape: [], unranked: true, feed: { data: numbers(3, 1), shape: [1, 3] } },
];
const x: OnnxValue = { name: 'x', type: 'float32', shape: ['T', 'B', F] };
const graph: OnnxGraph = {
  name: 'unread',
  nodes: [
    { op: 'GRU', inputs: ['x', 'w', 'r'], outputs: ['y', 'h'], attributes: { hidden_size: attr.int(H) } },
    // Read, but by nodes that nobody reads: one of them mixes the steps, the other has a state.
    { op: 'ReduceMean', inputs: ['mixed'], outputs: ['mean'], attributes: { axes: attr.ints([0]) } },
    {
      op: 'GRU',
      inputs: ['mixed', 'w', 'r'],
      outputs: ['', 'dead'],
      attributes: { hidden_size: attr.int(H) },
    },
  ],
  initializers: [
    { name: 'w', type: 'float32', shape: [1, 3 * H, F], data: numbers(3 * H * F, 2) },
    { name: 'r', type: 'float32', shape: [1, 3 * H, H], data: numbers(3 * H * H, 3) },
  ],
  inputs: [...UNREAD.map(({ feed: _, ...value }) => value), x, { ...x, name: 'mixed' }],
  outputs: [{ name: 'y', type: 'float32', shape: ['T', 1, 'B', H] }],
};
const data = numbers(T * F, 4);
const steps = (from: number, to: number): AnyTensor => ({
  data: data.slice(from * F, to * F),
  shape: [to - from, 1, F],
});
const unread = (n: number): Record<string, AnyTensor> => ({
  ...Object.fromEntries(UNREAD.map(({ name, feed }) => [name, feed])),
  mask: { data: new Uint8Array(n), shape: [n, 1] },
  mixed: { data: numbers(n * F, 5), shape: [n, 1, F] },
});

async function opened(change: Partial<OnnxGraph> = {}): Promise<{ model: Model; y: number[] }> {
  const file: OnnxModel = { irVersion: 8, opset: 17, graph: { ...graph, ...change } };
  const model = await loadModel(writeOnnx(file), { engine: 'fused' });
  const state: Record<string, AnyTensor> = change.inputs
    ? { h0: { data: new Float32Array(H), shape: [1, 1, H] } }
    : {};
  const { y } = await model.run({ x: steps(0, T), ...unread(T), ...state });
  return { model, y: [...y!.data] };
}

it('a stream takes them and may do without them', async () => {
  const { model, y } = await opened();
  const [all, none, push] = [model.createStream(), model.createStream(), model.createStream()];
  const rows = { all: [] as number[], none: [] as number[], push: [] as number[] };
  for (const [from, to] of [
    [0, 2],
    [2, 3],
    [3, T],
  ] as const) {
    rows.all.push(...(await all.run({ x: steps(from, to), ...unread(to - from) })).y!.data);
    rows.none.push(...(await none.run({ x: steps(from, to) })).y!.data);
    rows.push.push(...(await push.push(data.slice(from * F, to * F))).data);
  }
  for (const got of Object.values(rows)) expect(got).toEqual(y);
  expect(await all.snapshot()).toEqual(await push.snapshot());
  await model.dispose();
});

it('a stream refuses of them what a run refuses, and goes on', async () => {
  const { model, y } = await opened();
  const stream = model.createStream();
  await stream.run({ x: steps(0, 2) });
  for (const [feeds, code, details] of [
    [{ other: { data: numbers(6, 0), shape: [2, 3] } }, 'TENSOR_SHAPE', { input: 'other', got: [2, 3] }],
    [
      { training: { data: numbers(1, 0), shape: [] } },
      'ARGUMENT',
      { input: 'training', got: 'Float32Array' },
    ],
    [{ mask: undefined }, 'ARGUMENT', { input: 'mask' }],
    [{ nobody: steps(2, 3) }, 'ARGUMENT', { input: 'nobody' }],
  ] as const) {
    const run = stream.run({ x: steps(2, 3), ...(feeds as Record<string, AnyTensor>) });
    await expect(run).rejects.toMatchObject({ code, details });
  }
  expect([...(await stream.run({ x: steps(2, T) })).y!.data]).toEqual(y.slice(2 * H));
  await model.dispose();
});

it('groups and incremental runs pass over them', async () => {
  const { model, y } = await opened();
  const group = model.createStreamGroup(1);
  await group.push({ data: data.slice(0, 2 * F), shape: [2, 1, F] });
  expect([...(await group.pushEach([data.slice(2 * F)]))[0]!.data]).toEqual(y.slice(2 * H));
  const run = model.createIncrementalRun();
  await run.push(data.slice(0, 2 * F));
  expect([...(await run.push(data.slice(2 * F))).output.data]).toEqual(y);
  await model.dispose();
});

it('so does a stream whose states are named', async () => {
  const [gru, ...dead] = graph.nodes;
  const { model, y } = await opened({
    nodes: [{ ...gru!, inputs: ['x', 'w', 'r', '', '', 'h0'], outputs: ['y', 'hn'] }, ...dead],
    inputs: [...graph.inputs, { name: 'h0', type: 'float32', shape: [1, 'B', H] }],
    outputs: [...graph.outputs, { name: 'hn', type: 'float32', shape: [1, 'B', H] }],
  });
  const options = { states: { h0: 'hn' } };
  const [run, push, group] = [
    model.createStream(options),
    model.createStream(options),
    model.createStreamGroup(1, options),
  ];
  const first = (await run.run({ x: steps(0, 2), ...unread(2) })).y!.data;
  expect([...first, ...(await run.run({ x: steps(2, T) })).y!.data]).toEqual(y);
  await push.push(data.slice(0, 2 * F));
  await push.push(data.slice(2 * F, 3 * F));
  expect([...(await push.push(data.slice(3 * F))).data]).toEqual(y.slice(3 * H));
  await group.push({ data: data.slice(0, 2 * F), shape: [2, 1, F] });
  expect([...(await group.push({ data: data.slice(2 * F), shape: [3, 1, F] })).data]).toEqual(y.slice(2 * H));
  await model.dispose();
});
