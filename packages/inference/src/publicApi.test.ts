/** The public functions as both entries export them; what they load is the other tests' part. */
import { writeOnnx } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import * as node from './node.ts';
import * as ort from './ort.ts';
import { failure } from './testing/failure.ts';
import { halves, smallModel } from './testing/smallModel.ts';
import * as web from './web.ts';

it('has the same names on the web and in Node', () => {
  const names = [
    'HandwritingStroke',
    'RivuletError',
    'classifySequence',
    'createHandwritingRecognizer',
    'estimateSequence',
    'generateText',
    'loadForecaster',
    'loadModel',
    'makeSequence',
    'queryHandwritingRecognizer',
    'tagSequence',
    'translateSequence',
  ];
  expect(Object.keys(web).sort()).toEqual(names);
  expect(Object.keys(ort).sort()).toEqual(names);
  expect(Object.keys(node).sort()).toEqual([...names, 'openModelFolder'].sort());
});

describe.each([
  ['the web', web],
  ['Node', node],
])('on %s', (_name, { loadForecaster, loadModel }) => {
  it.each([undefined, null, 5, {}, new ArrayBuffer(8)])('%o is no model', async (source) => {
    for (const load of [loadModel, loadForecaster] as ((source: never) => Promise<unknown>)[]) {
      expect(await failure(load(source as never))).toMatchObject({
        code: 'ARGUMENT',
        details: { location: String(source) },
      });
    }
  });
});

it('takes bytes of any realm, a view of more, and a Buffer', async () => {
  const bytes = writeOnnx(smallModel);
  const { runInNewContext } = await import('node:vm');
  const foreign: Uint8Array = runInNewContext('new Uint8Array(bytes)', { bytes });
  expect(foreign).not.toBeInstanceOf(Uint8Array);
  const wide = new Uint8Array(bytes.length + 20);
  wide.set(bytes, 7);
  for (const source of [foreign, wide.subarray(7, 7 + bytes.length), Buffer.from(bytes)]) {
    const model = await node.loadModel(source);
    expect(model).toMatchObject({
      engine: 'fused',
      inputs: [{ name: 'x', type: 'float32', shape: ['T', 'B', 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['T', 1, 'B', 2] }],
    });
    const { y } = await model.run(halves(2));
    expect(y!.shape).toEqual([2, 1, 1, 2]);
    await model.dispose();
    await model.dispose();
    expect(await failure(model.run(halves(2)))).toMatchObject({ code: 'DISPOSED' });
  }
});

it('in Node takes every address that fetch takes', async () => {
  const bytes = writeOnnx(smallModel);
  const blob = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  for (const address of [`data:;base64,${Buffer.from(bytes).toString('base64')}`, blob]) {
    const model = await node.loadModel(address);
    expect((await model.run(halves(1))).y!.shape).toEqual([1, 1, 1, 2]);
    await model.dispose();
  }
  URL.revokeObjectURL(blob);
});

it('takes bytes in shared memory, and says what is missing of bytes that were handed away', async () => {
  const bytes = writeOnnx(smallModel);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  await using model = await node.loadModel(shared);
  await using stream = model.createStream();
  await stream.push(new Float32Array(3));
  expect((await stream.snapshot()).length).toBeGreaterThan(0);
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  expect(await failure(node.loadModel(bytes))).toMatchObject({
    code: 'ONNX_PARSE',
    details: { what: 'no graph' },
  });
});

it('lets go of a model at the end of its block', async () => {
  const bytes = writeOnnx(smallModel);
  let model: node.Model;
  {
    await using held = await node.loadModel(bytes);
    model = held;
    await held.run(halves(1));
  }
  expect(await failure(model.run(halves(1)))).toMatchObject({ code: 'DISPOSED' });
});
