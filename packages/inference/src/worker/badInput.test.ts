/** What people give a model by mistake or malice, over a worker's border: a coded error that names the value, and on. */
import { attr, type OnnxGraph, RivuletError, writeOnnx } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyTensor } from '../engine/engine.ts';
import type { Model } from '../model.ts';
import { modelLoader } from '../publicApi.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import { ServiceClient } from './client.ts';
import { threadConnections } from './testing/threadConnection.ts';

const bytes = writeOnnx(smallModel);
const changed = (change: Partial<OnnxGraph>): Uint8Array =>
  writeOnnx({ ...smallModel, graph: { ...smallModel.graph, ...change } });
const [w] = smallModel.graph.initializers as [OnnxGraph['initializers'][0]];
const rnn = smallModel.graph.nodes[0]!;
const relu = (from: string, to: string) => ({ op: 'Relu', inputs: [from], outputs: [to], attributes: {} });

/** A field of the wire format that holds bytes, fewer than 128 of them. */
const field = (number: number, ...content: number[]): number[] => [
  (number << 3) | 2,
  content.length,
  ...content,
];
/** A file whose only weights are `w`, of float32: what our own writer would not write. */
const weights = (...content: number[]): Uint8Array => {
  const tensor = [...content, 16, 1, ...field(8, 0x77)];
  return Uint8Array.of(8, 10, ...field(7, ...field(5, ...tensor)), ...field(8, 16, 21));
};
/** A dimension of 2 ** 31. */
const huge = [8, 0x80, 0x80, 0x80, 0x80, 8];

const FILES: readonly (readonly [string, Uint8Array, object])[] = [
  [
    'a graph in a circle',
    changed({ nodes: [relu('q', 'p'), relu('p', 'q'), { ...rnn, inputs: ['q', 'w', 'r'] }] }),
    { code: 'ONNX_PARSE', details: { reader: 'Relu', value: 'q' } },
  ],
  [
    'a loose end',
    changed({ nodes: [{ ...rnn, inputs: ['nowhere', 'w', 'r'] }] }),
    { code: 'ONNX_PARSE', details: { reader: 'RNN', value: 'nowhere' } },
  ],
  ['a missing tensor', changed({ initializers: [w] }), { code: 'ONNX_PARSE', details: { value: 'r' } }],
  [
    'an absurd shape',
    weights(...huge, ...huge),
    { code: 'ONNX_PARSE', details: { tensor: 'w', shape: [2 ** 31, 2 ** 31] } },
  ],
  [
    'weights of the wrong size',
    weights(8, 3, ...field(9, 0, 0, 0, 0)),
    { code: 'ONNX_PARSE', details: { tensor: 'w', expected: 3, got: 1 } },
  ],
  [
    'weights for another cell',
    changed({ nodes: [{ ...rnn, attributes: { hidden_size: attr.int(7) } }] }),
    { code: 'ONNX_UNSUPPORTED', details: { op: 'RNN' } },
  ],
  ['data in another file', weights(8, 1, 14 << 3, 1), { code: 'ONNX_UNSUPPORTED', details: { tensor: 'w' } }],
  [
    'an unknown operator in the middle',
    changed({
      nodes: [
        { ...relu('x', 'p'), op: 'Fancy' },
        { ...rnn, inputs: ['p', 'w', 'r'] },
      ],
    }),
    { code: 'ONNX_UNSUPPORTED', details: { op: 'Fancy' } },
  ],
  [
    'a header of 2 GB',
    Uint8Array.of(8, 10, (7 << 3) | 2, 0xff, 0xff, 0xff, 0xff, 7, ...bytes),
    { code: 'ONNX_PARSE', details: { offset: 2 } },
  ],
  ['a file that was cut off', bytes.subarray(0, bytes.length / 2), { code: 'ONNX_PARSE' }],
  ['nothing', new Uint8Array(0), { code: 'ONNX_PARSE' }],
];

const tensor = (shape: number[], length = shape.reduce((a, b) => a * b, 1)): AnyTensor => ({
  data: new Float32Array(length),
  shape,
});
const CALLS: readonly (readonly [string, unknown, object])[] = [
  ['a wrong shape', { x: tensor([2, 1, 4]) }, { code: 'TENSOR_SHAPE', details: { got: [2, 1, 4] } }],
  ['a dimension too many', { x: tensor([2, 1, 1, 3]) }, { code: 'TENSOR_SHAPE', details: { input: 'x' } }],
  ['a wrong length', { x: tensor([2, 1, 3], 5) }, { code: 'TENSOR_SHAPE', details: { elements: 5 } }],
  ['a negative size', { x: tensor([-2, 1, 3], 0) }, { code: 'TENSOR_SHAPE', details: { dimension: -2 } }],
  ['another input', { z: tensor([2, 1, 3]) }, { code: 'ARGUMENT', details: { input: 'x' } }],
  [
    'an input too many',
    { x: tensor([2, 1, 3]), z: tensor([1]) },
    { code: 'ARGUMENT', details: { input: 'z' } },
  ],
  [
    'numbers in a list',
    { x: { data: [1, 2, 3], shape: [1, 1, 3] } },
    { code: 'ARGUMENT', details: { input: 'x' } },
  ],
  ['nothing', undefined, { code: 'ARGUMENT', details: { input: 'x' } }],
  ['a function', { x: () => {} }, { code: 'ARGUMENT' }],
];

describe.each([
  ['by message', false],
  ['by ring', true],
] as const)('a model in a worker, called %s', (_way, byRing) => {
  const { threads, connect } = threadConnections(byRing);
  const load = modelLoader({ client: new ServiceClient(connect), resolve: String });
  let model: Model;
  beforeAll(async () => {
    model = await load(bytes);
  });
  afterAll(async () => {
    await Promise.all(threads.map((thread) => thread.terminate()));
  });
  const works = async (): Promise<void> => {
    expect((await model.run(halves(2))).y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
  };

  it.each(FILES)('is not loaded from %s', async (_name, file, error) => {
    await expect(load(file, { engine: 'fused' })).rejects.toMatchObject(error);
    await works();
  });

  it.each(CALLS)('refuses %s', async (_name, feeds, error) => {
    await expect(model.run(feeds as never)).rejects.toMatchObject(error);
    await works();
  });

  it('refuses options that are none, and neither loads nor runs then', async () => {
    for (const [options, details] of [
      ['fused', { options: 'fused' }],
      [null, { options: 'null' }],
      [{ signal: 5 }, { signal: '5' }],
      [{ signal: 0 }, { signal: '0' }],
      [{ cache: { get: async () => undefined } }, { cache: 'put', got: 'undefined' }],
      [{ onProgress: 'often' }, { onProgress: 'often' }],
    ] as const) {
      await expect(load(bytes, options as never)).rejects.toMatchObject({ code: 'ARGUMENT', details });
    }
    const given = { signal: {} } as never;
    const refused = { code: 'ARGUMENT', details: { signal: '[object Object]' } };
    await expect(model.run(halves(1), given)).rejects.toMatchObject(refused);
    await expect(model.createStream().push(new Float32Array(3), given)).rejects.toMatchObject(refused);
    await works();
  });

  it('refuses a feed that throws when it is read', async () => {
    const data = new Float32Array(3);
    const x = {
      data,
      get shape(): number[] {
        throw new Error('no shape');
      },
    };
    await expect(model.run({ x })).rejects.toBeInstanceOf(RivuletError);
    await works();
  });

  it('keeps NaN in the sequence that has it', async () => {
    const data = new Float32Array(2 * 3).fill(0.5);
    data[0] = Number.NaN;
    const { y } = await model.run({ x: { data, shape: [1, 2, 3] } });
    expect(y!.data[0]).toBeNaN();
    expect(y!.data[2]).toBeCloseTo(Math.tanh(0.5), 6);
    await works();
  });

  it('gives each of many calls at once its own answer, errors among them', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => model.run(i % 3 ? halves(i) : { x: tensor([i, 1, 2]) })),
    );
    for (const [i, answer] of answers.entries()) {
      if (i % 3) expect(answer).toMatchObject({ value: { y: { shape: [i, 1, 1, 2] } } });
      else expect(answer).toMatchObject({ reason: { code: 'TENSOR_SHAPE', details: { got: [i, 1, 2] } } });
    }
  });

  it('is used no more once it is disposed, and the others are', async () => {
    const other = await load(bytes);
    const stream = other.createStream();
    await stream.push(new Float32Array(3));
    const late = other.run(halves(50_000));
    await Promise.all([other.dispose(), other.dispose()]);
    await expect(late).resolves.toMatchObject({ y: { shape: [50_000, 1, 1, 2] } });
    await expect(other.run(halves(1))).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(stream.push(new Float32Array(3))).rejects.toMatchObject({ code: 'DISPOSED' });
    await works();
  });

  it('refuses a torn snapshot and one of another model', async () => {
    const stream = model.createStream();
    await stream.push(new Float32Array(3).fill(0.5));
    const snapshot = await stream.snapshot();
    for (const torn of [snapshot.subarray(0, -1), snapshot.subarray(5), new Uint8Array(0)]) {
      await expect(model.restore(torn)).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
    }
    const other = await load(changed({ name: 'another' }));
    await expect(other.restore(snapshot)).rejects.toMatchObject({ code: 'SNAPSHOT_MODEL' });
    await other.dispose();
    await expect(model.restore(snapshot)).resolves.toBeDefined();
    await works();
  });
});
