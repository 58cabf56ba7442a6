/** The public functions as both entries export them; what they load is the other tests' part. */
import { fileURLToPath } from 'node:url';
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

it('takes an option that is undefined for one that is not given', () => {
  // The compiler's word: it is told to tell the two apart.
  const [levels, season, t] = [undefined, undefined, undefined];
  const forecast: node.ForecastRequest = { y: [1], horizon: 1, levels, season };
  const models: node.HandwritingOptions = {
    ...{ models: undefined, engine: undefined, dtype: undefined, signal: undefined, onProgress: undefined },
  };
  const text: node.GenerateOptions = {
    ...{ prompt: undefined, length: undefined, temperature: undefined, stop: undefined, random: undefined },
  };
  const [make, translate]: [node.MakeOptions, node.TranslateOptions] = [
    { steps: undefined },
    { longest: undefined },
  ];
  for (const options of [forecast, models, text, make, translate]) expect(options).toBeTypeOf('object');
  const stroke = new node.HandwritingStroke();
  stroke.addPoint({ x: 1, y: 2, t });
  expect(stroke.getPoints()).toEqual([{ x: 1, y: 2 }]);
});

describe('a folder that is opened in Node', () => {
  const folder = fileURLToPath(new URL('../../../models/pen-digits', import.meta.url));
  const opened = async (options: object) => (await node.openModelFolder(folder, options)).bytes('int8');

  it.each([
    ['none', 'none'],
    ['the default one', 'default'],
    ['one that answers without promises', { get: () => undefined, put: () => {} }],
    ['one that throws', { get: fails, put: fails }],
    ['one that gives no bytes', { get: () => 5, put: () => {} }],
  ])('has whatever cache it is given: %s', async (_name, cache) => {
    await expect(opened({ cache })).resolves.toBeInstanceOf(Uint8Array);
  });

  it('is opened though a listener to its progress throws', async () => {
    const thrown = Promise.withResolvers<unknown>();
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', thrown.resolve);
    try {
      await expect(opened({ onProgress: fails })).resolves.toBeInstanceOf(Uint8Array);
      expect(await thrown.promise).toMatchObject({ message: 'no room' });
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('keeps its files where it is told', async () => {
    const kept = new Map<string, Uint8Array>();
    const put = async (location: string, bytes: Uint8Array) => void kept.set(location, bytes);
    const bytes = await opened({ cache: { get: async (location: string) => kept.get(location), put } });
    await expect.poll(() => kept.size).toBe(2);
    expect([...kept.values()]).toContainEqual(bytes);
  });
});

function fails(): never {
  throw new Error('no room');
}
