/** Inputs and outputs of every type that models declare: what may be fed for each, and what comes of it. */
import { attr, type OnnxModel, type OnnxTensor, type OnnxType, toHalf, writeOnnx } from '@rivulet/core';
import { type AnyTensor, loadModel } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { expectSame } from './expectSame.ts';
import { stackGraph } from './graphs.ts';
import { inHalves, roundedToHalves } from './halfPrecision.ts';
import { node } from './operatorCase.ts';

/** One input of a type, and the nodes that make `y` of it. */
const graphOf = (
  type: OnnxType,
  nodes: OnnxModel['graph']['nodes'],
  output: OnnxType = 'float32',
  initializers: readonly OnnxTensor[] = [],
): Uint8Array =>
  writeOnnx({
    irVersion: 10,
    opset: 21,
    graph: {
      ...{ name: 'border', nodes, initializers },
      inputs: [{ name: 'x', type, shape: ['n'] }],
      outputs: [{ name: 'y', type: output, shape: ['n'] }],
    },
  });

const toFloat = node('Cast', ['x'], { to: attr.int(1) });

const run = async (bytes: Uint8Array, engine: 'fused' | 'ort', data: AnyTensor['data']) => {
  const model = await loadModel(bytes, { engine });
  try {
    return (await model.run({ x: { data, shape: [data.length] } as AnyTensor })).y!.data;
  } finally {
    await model.dispose();
  }
};

describe('what is fed', () => {
  const FED: readonly (readonly [OnnxType, AnyTensor['data']])[] = [
    ['float32', Float32Array.of(1.5, -2, 3e30)],
    ['float16', Float32Array.of(1.5, -2, 65504)],
    ['float64', Float64Array.of(1.1, -2, 3e30)],
    ['int8', Int8Array.of(1, -128, 127)],
    ['uint8', Uint8Array.of(1, 0, 255)],
    ['bool', Uint8Array.of(1, 0, 1)],
    ['int16', Int16Array.of(1, -32768, 32767)],
    ['uint16', Uint16Array.of(1, 0, 65535)],
    ['int32', Int32Array.of(1, -(2 ** 31), 2 ** 24)],
    ['uint32', Uint32Array.of(1, 0, 2 ** 30)],
    ['int64', BigInt64Array.of(1n, -5n, 2n ** 30n)],
    ['uint64', BigUint64Array.of(1n, 0n, 2n ** 30n)],
  ];

  it.each(FED)('%s, the same as onnxruntime makes of it', async (type, data) => {
    const bytes = graphOf(type, [toFloat]);
    const got = await run(bytes, 'fused', data);
    expect([...got]).toEqual(Array.from(data as ArrayLike<number | bigint>, (v) => Math.fround(Number(v))));
    expect([...(await run(bytes, 'ort', data))]).toEqual([...got]);
  });

  it.each(FED)('another array than that of %s is an error that names it', async (type, data) => {
    const wrong = data instanceof BigInt64Array ? Int32Array.of(1) : BigInt64Array.of(1n);
    for (const engine of ['fused', 'ort'] as const) {
      const failure = run(graphOf(type, [toFloat]), engine, wrong);
      await expect(failure).rejects.toMatchObject({ code: 'ARGUMENT', details: { input: 'x', type } });
    }
  });

  it.each([
    ['uint32', Uint32Array.of(0, 2 ** 31)],
    ['uint64', BigUint64Array.of(0n, 2n ** 40n)],
    ['int64', BigInt64Array.of(0n, -(2n ** 31n) - 1n)],
  ] as const)('%s beyond 32 bits is refused by its place', async (type, data) => {
    const failure = run(graphOf(type, [toFloat]), 'fused', data);
    await expect(failure).rejects.toMatchObject({ code: 'ARGUMENT', details: { input: 'x', index: 1 } });
  });

  it('float64 that is computed with is left to onnxruntime', async () => {
    // Seconds since 1970, of which float32 knows the next 128 only.
    const bytes = graphOf(
      'float64',
      [node('Sub', ['x', 'from'], {}, ['d']), node('Cast', ['d'], { to: attr.int(1) })],
      'float32',
      [{ name: 'from', shape: [], type: 'float64', data: Float64Array.of(1.7e9) }],
    );
    const since = Float64Array.of(1.7e9 + 1, 1.7e9 + 2);
    await expect(run(bytes, 'fused', since)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    expect([...(await run(bytes, 'ort', since))]).toEqual([1, 2]);
    const twice = graphOf('float64', [
      node('Add', ['x', 'x'], {}, ['d']),
      node('Cast', ['d'], { to: attr.int(1) }),
    ]);
    await expect(run(twice, 'fused', since)).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      details: { op: 'input', node: 'x', why: expect.stringContaining('float64') },
    });
  });
});

describe('what comes out', () => {
  const numbers = Float32Array.of(1.25, -2, 100);
  it.each([
    ['float16', 10, [1.25, -2, 100]],
    ['int32', 6, [1, -2, 100]],
    ['int64', 7, [1, -2, 100]],
    ['bool', 9, [1, 1, 1]],
  ] as const)('%s, as numbers', async (type, to, expected) => {
    const bytes = graphOf('float32', [node('Cast', ['x'], { to: attr.int(to) })], type);
    expect([...(await run(bytes, 'fused', numbers))]).toEqual(expected);
    expect([...(await run(bytes, 'ort', numbers))]).toEqual(expected);
  });
});

it('what is no number is true as a boolean', async () => {
  const bytes = graphOf('float32', [node('Cast', ['x'], { to: attr.int(9) })], 'bool');
  for (const engine of ['fused', 'ort'] as const) {
    expect([...(await run(bytes, engine, Float32Array.of(Number.NaN, 0, -0, 2)))]).toEqual([1, 0, 0, 1]);
  }
});

it('numbers of bfloat16 are what they are once they are cast', async () => {
  const data = Uint16Array.of(0x3fc0, 0xc000, 0x0001);
  const value = attr.tensor({ name: '', shape: [3], type: 'bfloat16', data });
  const nodes = [
    node('Constant', [], { value }, ['c']),
    node('Cast', ['c'], { to: attr.int(1) }, ['f']),
    node('Add', ['x', 'f']),
  ];
  const bytes = graphOf('float32', nodes, 'float32');
  const zeros = new Float32Array(3);
  expect([...(await run(bytes, 'fused', zeros))]).toEqual([1.5, -2, 2 ** -133]);
  expect([...(await run(bytes, 'ort', zeros))]).toEqual([1.5, -2, 2 ** -133]);
});

it.each(['fused', 'ort'] as const)('%s: an input of any number of dimensions takes them', async (engine) => {
  const value = { type: 'float32', shape: [], unranked: true } as const;
  const bytes = writeOnnx({
    irVersion: 10,
    opset: 17,
    graph: {
      name: 'unranked',
      nodes: [node('Relu', ['x'])],
      initializers: [],
      inputs: [{ ...value, name: 'x' }],
      outputs: [{ ...value, name: 'y' }],
    },
  });
  await using model = await loadModel(bytes, { engine });
  expect(model.inputs).toMatchObject([{ name: 'x', unranked: true }]);
  for (const shape of [[2], [1, 2, 1]]) {
    const { y } = await model.run({ x: { data: Float32Array.of(-1, 2), shape } });
    expect(y).toEqual({ data: Float32Array.of(0, 2), shape });
  }
});

describe('a model in half precision', () => {
  it.each(['LSTM', 'GRU', 'RNN'] as const)(
    '%s: its weights are those halves, its arithmetic float32',
    async (op) => {
      const model = stackGraph({
        seed: 3,
        input: 5,
        layers: [
          { op, hidden: 12, direction: 'bidirectional' },
          { op, hidden: 8 },
        ],
        dense: 4,
      });
      const x = { data: Float32Array.from({ length: 7 * 2 * 5 }, (_, i) => Math.sin(i)), shape: [7, 2, 5] };
      const [half, float] = await Promise.all(
        [inHalves(model), roundedToHalves(model)].map((one) =>
          loadModel(writeOnnx(one), { engine: 'fused' }),
        ),
      );
      expect(half!.inputs).toMatchObject([{ name: 'x', type: 'float16' }]);
      expectSame(await half!.run({ x }), await float!.run({ x }), 0);
      const stackOne = stackGraph({ seed: 4, input: 5, layers: [{ op, hidden: 6 }] });
      const steps = await loadModel(writeOnnx(inHalves(stackOne)), { engine: 'fused' });
      const whole = await steps.run({ x: { data: x.data.subarray(0, 35), shape: [7, 1, 5] } });
      const stream = steps.createStream();
      const first = await stream.push(x.data.subarray(0, 15));
      const rest = await stream.push(x.data.subarray(15, 35));
      const [all] = Object.values(whole);
      expect([...first.data, ...rest.data]).toEqual([...all!.data]);
      await stream.dispose();
      await Promise.all([half!.dispose(), float!.dispose(), steps.dispose()]);
    },
  );

  it('zeros of half precision that a graph makes are zeros, and other numbers what they are', async () => {
    const value = attr.tensor({ name: '', shape: [1], type: 'float16', data: Uint16Array.of(toHalf(-1.5)) });
    const nodes = [
      node('Shape', ['x'], {}, ['s']),
      node('ConstantOfShape', ['s'], { value }, ['c']),
      node('Add', ['x', 'c']),
    ];
    const bytes = graphOf('float16', nodes, 'float16');
    expect([...(await run(bytes, 'fused', Float32Array.of(1, 2)))]).toEqual([-0.5, 0.5]);
    expect([...(await run(bytes, 'ort', Float32Array.of(1, 2)))]).toEqual([-0.5, 0.5]);
  });
});
