/** Groups whose sequences come and go. */
import { attr, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { smallModel } from '../testing/smallModel.ts';

it('is stepped while nobody is in it, whether they have left or never came', async () => {
  await using model = await loadModel(writeOnnx(smallModel));
  const [never, left] = [model.createStreamGroup(0), model.createStreamGroup(2)];
  await left.leave(0);
  await left.leave(1);
  for (const group of [never, left]) {
    expect(await group.push({ data: new Float32Array(0), shape: [4, 0, 3] })).toEqual({
      data: new Float32Array(0),
      shape: [4, 0, 2],
    });
    expect(await group.pushEach([])).toEqual([]);
    expect([await group.join(), await group.join(), await group.join()]).toEqual([0, 1, 2]);
    expect((await group.push(new Float32Array(9))).shape).toEqual([1, 3, 2]);
  }
});

const waves = (name: string, shape: number[]): OnnxTensor => {
  const size = shape.reduce((a, b) => a * b);
  return {
    name,
    shape,
    type: 'float32',
    data: Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
  };
};

/** Its state comes in and goes out by name; `last` follows from the newest one. */
const carrying = writeOnnx({
  ...{ irVersion: 10, opset: 21 },
  graph: {
    name: 'carrying',
    nodes: [
      {
        ...{ op: 'RNN', name: 'rnn', inputs: ['x', 'w', 'r', '', '', 'h0'], outputs: ['y', 'hn'] },
        attributes: { hidden_size: attr.int(2) },
      },
      { op: 'Neg', inputs: ['hn'], outputs: ['last'], attributes: {} },
    ],
    initializers: [waves('w', [1, 2, 3]), waves('r', [1, 2, 2])],
    inputs: [
      { name: 'x', type: 'float32', shape: ['T', 'B', 3] },
      { name: 'h0', type: 'float32', shape: [1, 'B', 2] },
    ],
    outputs: [
      { name: 'y', type: 'float32', shape: ['T', 1, 'B', 2] },
      { name: 'last', type: 'float32', shape: [1, 'B', 2] },
      { name: 'hn', type: 'float32', shape: [1, 'B', 2] },
    ],
  },
});

const steps = (count: number, first: number): Float32Array =>
  Float32Array.from({ length: count * 3 }, (_, i) => Math.cos(first + i));

it.each(['y', 'last'])('goes on by states that are named as by those that are found: %s', async (output) => {
  await using model = await loadModel(carrying);
  const named = model.createStreamGroup(4, { output, states: { h0: 'hn' } });
  const found = model.createStreamGroup(4, { output });
  const each = [steps(2, 1), undefined, steps(1, 2), steps(2, 3)];
  for (const chunks of [each, [steps(1, 4)], [steps(3, 5), steps(3, 6), steps(3, 7), steps(3, 8)]]) {
    expect(await named.pushEach(chunks)).toEqual(await found.pushEach(chunks));
  }
  for (const group of [named, found]) await group.leave(1);
  expect(await named.push(steps(6, 9))).toEqual(await found.push(steps(6, 9)));
  expect(await named.snapshot(3)).toEqual(await found.snapshot(3));
  const aborted = named.push(steps(6, 9), { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  for (const group of [named, found]) for (const sequence of [0, 2, 3]) await group.leave(sequence);
  const nobody = { data: new Float32Array(0), shape: [2, 0, 3] };
  expect(await named.push(nobody)).toEqual(await found.push(nobody));
  for (const group of [named, found]) expect(await group.join()).toBe(0);
  expect(await named.push(steps(2, 9))).toEqual(await found.push(steps(2, 9)));
});
