/** Models that torch.onnx exported, step by step: whichever axis is time, whatever stands around the cells. */
import { readFileSync } from 'node:fs';
import { loadModel, type Model } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { randomFloats } from './random.ts';

const open = (name: string): Promise<Model> =>
  loadModel(readFileSync(new URL(`../fixtures/torch/${name}.onnx`, import.meta.url)), { engine: 'fused' });

function expectClose(got: Float32Array, wanted: Float32Array): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
}

describe('a classifier of tokens, batch first, that looks at the last step', () => {
  const tokens = BigInt64Array.from([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], BigInt);

  it.each(['classifier-opset9', 'classifier-opset17'])('%s', async (name) => {
    const model = await open(name);
    const stream = model.createStream();
    const run = model.createIncrementalRun();
    for (const [from, to] of [
      [0, 4],
      [4, 5],
      [5, 10],
    ] as const) {
      const { y } = await model.run({ tokens: { data: tokens.slice(0, to), shape: [1, to] } });
      const chunk = tokens.slice(from, to);
      const step = await stream.push(chunk);
      expect(step.shape).toEqual([1, 4]);
      expectClose(step.data, y!.data);
      expectClose((await run.push({ data: chunk, shape: [to - from, 1] })).output.data, y!.data);
    }
    // Of unequal length: each has its own last step.
    const group = model.createStreamGroup(3);
    const outputs = await group.pushEach([tokens.slice(0, 7), undefined, tokens.slice(2, 5)]);
    for (const [i, own] of [tokens.slice(0, 7), undefined, tokens.slice(2, 5)].entries()) {
      if (!own) continue;
      const { y } = await model.run({ tokens: { data: own, shape: [1, own.length] } });
      expectClose(outputs[i]!.data, y!.data);
    }
    await expect(stream.push(new Float32Array(3))).rejects.toMatchObject({ code: 'ARGUMENT' });
    await model.dispose();
  });
});

it.each(['squeezed-opset11', 'squeezed-opset17'])('%s: dimensions that go where they are 1', async (name) => {
  const model = await open(name);
  const x = randomFloats(5)(4 * 5, 1);
  const whole = await model.run({ x: { data: x, shape: [1, 4, 5] } });
  for (const output of ['y', 'z', 'h']) {
    const stream = model.createStream({ output });
    const chunks = [x.slice(0, 5), x.slice(5, 15), x.slice(15)];
    const steps: number[] = [];
    for (const chunk of chunks) steps.push(...(await stream.push(chunk)).data);
    const { data } = whole[output]!;
    expectClose(Float32Array.from(steps.slice(-data.length)), data);
  }
  await model.dispose();
});

it('an RNN whose state comes in by an input of other dimension names', async () => {
  const model = await open('relu-rnn');
  const data = randomFloats(3)(2 * 6 * 4, 1);
  const column = (b: number): Float32Array =>
    Float32Array.from({ length: 24 }, (_, i) => data[(Math.floor(i / 4) * 2 + b) * 4 + (i % 4)]!);
  const h0 = { data: randomFloats(4)(9, 1), shape: [1, 1, 9] };
  const group = await model.createStreamGroup(2, { initial: { h0 } }).push({ data, shape: [6, 2, 4] });
  for (const b of [0, 1]) {
    const { y } = await model.run({ x: { data: column(b), shape: [6, 1, 4] }, h0 });
    const stream = model.createStream({ initial: { h0 } });
    await stream.push(column(b).slice(0, 8));
    expectClose((await stream.push(column(b).slice(8))).data, y!.data.slice(4));
    const own = Float32Array.from({ length: 12 }, (_, i) => group.data[((i >> 1) * 2 + b) * 2 + (i & 1)]!);
    expectClose(own, y!.data);
  }
  await model.dispose();
});

it.each([
  ['conv-gru', 'MaxPool'],
  ['layer-norm-lstm', 'MatMul'],
  ['packed-lstm', 'LSTM'],
  ['last-step', 'GatherElements'],
  ['cells', 'graph'],
])('%s mixes its steps in %s and says so', async (name, op) => {
  const model = await open(name);
  for (const call of [model.createStream().push(new Float32Array(24)), model.createStream().snapshot()]) {
    await expect(call).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', details: { op } });
  }
  // The model is none the worse for it.
  expect(model.engine).toBe('fused');
  await model.dispose();
});
