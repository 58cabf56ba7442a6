/** Pushes that wait for nothing, where the model is in this process: they keep what waiting ones keep. */
import { writeOnnx } from '@rivulet/core';
import { afterAll, expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { smallModel } from '../testing/smallModel.ts';

/** y depends on the steps before: the state comes back to both units. */
const model = structuredClone(smallModel);
const weights = model.graph.initializers.find(({ name }) => name === 'r')!;
(weights.data as Float32Array).set([0.5, -0.3, 0.2, 0.7]);
const loaded = await loadModel(writeOnnx(model));
afterAll(() => loaded.dispose());

const step = (t: number): Float32Array => Float32Array.from({ length: 3 }, (_, i) => Math.sin(3 * t + i));

/** A stream that was pushed so many steps, one by one. */
async function after(steps: number) {
  const stream = loaded.createStream();
  for (let t = 0; t < steps; t++) await stream.push(step(t));
  return stream;
}

it('what was forked, or written as a snapshot, stays what it was while its stream goes on', async () => {
  const stream = await after(3);
  const [fork, snapshot] = [stream.fork(), await stream.snapshot()];
  for (let t = 3; t < 8; t++) await stream.push(step(t));
  expect(await fork.snapshot()).toEqual(snapshot);
  const restored = await loaded.restore(snapshot);
  const wanted = await (await after(3)).push(step(3));
  expect(await fork.push(step(3))).toEqual(wanted);
  expect(await restored.push(step(3))).toEqual(wanted);
});

it('results stay what they are, and a chunk may be written into as soon as it was pushed', async () => {
  const stream = await after(0);
  const chunk = new Float32Array(3);
  const pushed: ReturnType<typeof stream.push>[] = [];
  for (let t = 0; t < 20; t++) {
    chunk.set(step(t));
    pushed.push(stream.push(chunk));
    if (t % 6 === 0) await pushed.at(-1);
  }
  const calm = await after(0);
  for (const [t, result] of pushed.entries()) {
    const { data, shape } = await calm.push(step(t));
    expect([(await result).shape, [...(await result).data]]).toEqual([shape, [...data]]);
  }
});

it('keeps the order of calls of every kind', async () => {
  const stream = await after(2);
  const { signal } = new AbortController();
  const calls = await Promise.all([
    stream.push(step(2)),
    stream.push(step(3), { signal }),
    stream.push(step(4)),
    stream.steps(),
    stream.push(step(5)),
    stream.reset(),
    stream.push(step(0)),
    stream.steps(),
  ]);
  const calm = await after(2);
  for (const [i, t] of [2, 3, 4].entries()) expect(calls[i]).toEqual(await calm.push(step(t)));
  expect([calls[3], calls[7]]).toEqual([5, 1]);
  expect(calls[6]).toEqual(await (await after(0)).push(step(0)));
});

it('waits for what its model has to do, and comes after it', async () => {
  const stream = await after(1);
  const { signal } = new AbortController();
  const done: string[] = [];
  const long = { x: { data: new Float32Array(3 * 1000), shape: [1000, 1, 3] } };
  await Promise.all([
    loaded.run(long, { signal }).then(() => done.push('run')),
    stream.push(step(1)).then(() => done.push('push')),
  ]);
  expect(done).toEqual(['run', 'push']);
  expect(await stream.snapshot()).toEqual(await (await after(2)).snapshot());
});

it('changes nothing by a chunk that is refused', async () => {
  const stream = await after(2);
  const before = await stream.snapshot();
  for (const [chunk, code] of [
    [new Float32Array(0), 'TENSOR_SHAPE'],
    [new Float32Array(4), 'TENSOR_SHAPE'],
    [{ data: step(0), shape: [3] }, 'TENSOR_SHAPE'],
    [{ data: step(0), shape: [1, 1, 3] }, 'TENSOR_SHAPE'],
    [{ data: step(0), shape: 3 }, 'ARGUMENT'],
    [new Int32Array(3), 'ARGUMENT'],
    [new DataView(new ArrayBuffer(12)), 'ARGUMENT'],
    [new Uint8ClampedArray(3), 'ARGUMENT'],
    [Float32Array.of(0, Number.NaN, 0), 'ARGUMENT'],
    [Float32Array.of(0, 0, Number.NEGATIVE_INFINITY), 'ARGUMENT'],
    [null, 'ARGUMENT'],
  ] as const) {
    await expect(stream.push(chunk as never), String(chunk)).rejects.toMatchObject({ code });
    expect(await stream.snapshot()).toEqual(before);
  }
  await expect(loaded.createStream({ output: 'z' }).push(step(0))).rejects.toMatchObject({
    code: 'ARGUMENT',
  });
  expect(await stream.push(step(2))).toEqual(await (await after(2)).push(step(2)));
  await stream.dispose();
  await expect(stream.push(step(3))).rejects.toMatchObject({ code: 'DISPOSED' });
});

/** The model with its state by name; a second state is taken in and read by nobody. */
function named(...inputs: string[]): Uint8Array {
  const { graph } = model;
  const [node] = graph.nodes;
  const state = (name: string) => ({ name, type: 'float32', shape: [1, 'B', 2] }) as const;
  return writeOnnx({
    ...model,
    graph: {
      ...graph,
      inputs: [...graph.inputs, ...inputs.map(state)],
      nodes: [
        { ...node!, inputs: [...node!.inputs, '', '', 'h0'], outputs: ['y', 'hn'] },
        { op: 'Identity', inputs: ['y'], outputs: ['z'], attributes: {} },
      ],
      outputs: [...graph.outputs, state('hn'), { ...graph.outputs[0]!, name: 'z' }],
    },
  });
}

it('takes an output that is a state as well, and states by their names', async () => {
  const open = await loadModel(named('h0'));
  const [found, states, calm] = [
    open.createStream({ output: 'hn' }),
    open.createStream({ states: { h0: 'hn' } }),
    await after(0),
  ];
  for (let t = 0; t < 4; t++) {
    const wanted = await calm.push(step(t));
    expect([...(await found.push(step(t))).data]).toEqual([...wanted.data]);
    expect([...(await states.push(step(t))).data]).toEqual([...wanted.data]);
  }
  await open.dispose();
});

it('keeps all states where one of them would be no state', async () => {
  const open = await loadModel(named('h0', 'k0'));
  const stream = open.createStream({ states: { h0: 'hn', k0: 'y' } });
  await stream.push(step(0));
  await stream.push(step(1));
  const kept = await stream.snapshot();
  // y has a row for each step.
  await expect(stream.push(Float32Array.of(...step(2), ...step(3)))).rejects.toMatchObject({
    code: 'TENSOR_SHAPE',
    details: { state: 'k0', output: 'y', expected: [2], got: [2, 1, 1, 2] },
  });
  expect(await stream.snapshot()).toEqual(kept);
  expect((await stream.push(step(2))).shape).toEqual([1, 2]);
  await open.dispose();
});
