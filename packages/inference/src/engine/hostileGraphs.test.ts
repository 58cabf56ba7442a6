/** Graphs that no runtime can run: each is refused while it loads, by a coded error that names the value. */
import { attr, type OnnxNode, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { failure } from '../testing/failure.ts';
import { createSession } from './createSession.ts';

const node = (
  op: string,
  inputs: string[],
  outputs = ['y'],
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ op, inputs, outputs, attributes });
const zeros = (name: string, ...shape: number[]): OnnxTensor => ({
  name,
  shape,
  type: 'float32',
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

function graph(
  nodes: readonly OnnxNode[],
  initializers: readonly OnnxTensor[] = [],
  opset = 21,
  output = 'y',
): Uint8Array {
  return writeOnnx({
    irVersion: 8,
    opset,
    graph: {
      name: 'g',
      nodes,
      initializers,
      inputs: [{ name: 'x', type: 'float32', shape: ['T', 'B', 3] }],
      outputs: [{ name: output, type: 'float32', shape: [], unranked: true }],
    },
  });
}

describe('a graph', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['whose node reads itself', graph([node('Relu', ['y'])]), 'Relu', 'y'],
    [
      'that runs in a circle',
      graph([node('Add', ['x', 'q'], ['p']), node('Tanh', ['p'], ['q']), node('Relu', ['q'])]),
      'Add',
      'q',
    ],
    ['out of order', graph([node('Relu', ['p']), node('Tanh', ['x'], ['p'])]), 'Relu', 'p'],
    ['with a loose end', graph([node('Add', ['x', 'nowhere'])]), 'Add', 'nowhere'],
    ['whose output nobody makes', graph([node('Relu', ['x'])], [], 21, 'z'), 'the graph', 'z'],
    [
      'whose weights are missing',
      graph([node('LSTM', ['x', 'w', 'r'], ['y'], { hidden_size: attr.int(2) })], [zeros('w', 1, 8, 3)]),
      'LSTM',
      'r',
    ],
    [
      'that makes a value twice',
      graph([node('Relu', ['x'], ['p']), node('Tanh', ['x'], ['p']), node('Relu', ['p'])]),
      'Tanh',
      'p',
    ],
    ['that makes what it was fed', graph([node('Relu', ['x'], ['x']), node('Relu', ['x'])]), 'Relu', 'x'],
  ])('%s', async (_name, bytes, reader, value) => {
    for (const engine of ['fused', 'auto'] as const) {
      expect(await failure(createSession(bytes, { engine }))).toMatchObject({
        code: 'ONNX_PARSE',
        details: { reader, value },
      });
    }
  });

  it('with an unknown operator in the middle names it', async () => {
    const middle = { ...node('FancyRnn', ['p'], ['q']), name: 'theMiddle' };
    const bytes = graph([node('Relu', ['x'], ['p']), middle, node('Relu', ['q'])]);
    expect(await failure(createSession(bytes, { engine: 'fused' }))).toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      details: { op: 'FancyRnn', node: 'theMiddle', why: 'not covered' },
    });
  });

  it('with an operator of another domain names the domain', async () => {
    const bytes = graph([{ ...node('Relu', ['x']), domain: 'com.example' }]);
    expect(await failure(createSession(bytes, { engine: 'fused' }))).toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      details: { op: 'Relu', why: 'domain com.example' },
    });
  });

  it.each<[string, OnnxTensor[], OnnxNode['attributes']]>([
    ['W for another cell', [zeros('w', 1, 6, 3), zeros('r', 1, 8, 2)], {}],
    ['R of another size', [zeros('w', 1, 8, 3), zeros('r', 1, 8, 3)], {}],
    [
      'one direction of two',
      [zeros('w', 1, 8, 3), zeros('r', 1, 8, 2)],
      { direction: attr.string('bidirectional') },
    ],
    ['half a bias', [zeros('w', 1, 8, 3), zeros('r', 1, 8, 2), zeros('b', 1, 8)], {}],
    ['another hidden_size', [zeros('w', 1, 8, 3), zeros('r', 1, 8, 2)], { hidden_size: attr.int(5) }],
    ['W without dimensions', [zeros('w'), zeros('r', 1, 8, 2)], {}],
    ['no units', [zeros('w', 1, 0, 3), zeros('r', 1, 0, 0)], { activations: attr.strings(['Nothing']) }],
    [
      'an unknown activation',
      [zeros('w', 1, 8, 3), zeros('r', 1, 8, 2)],
      { activations: attr.strings(['Tanh', 'Tanh', 'Gelu']) },
    ],
    [
      'a direction to nowhere',
      [zeros('w', 1, 8, 3), zeros('r', 1, 8, 2)],
      { direction: attr.string('sideways') },
    ],
  ])('whose LSTM has %s is refused when it loads', async (_name, weights, attributes) => {
    const inputs = ['x', ...weights.map(({ name }) => name)];
    const bytes = graph([node('LSTM', inputs, ['y'], attributes)], weights);
    expect(await failure(createSession(bytes, { engine: 'fused' }))).toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      details: { op: 'LSTM', why: expect.stringMatching(/weights|activations|direction/) },
    });
  });
});

it.each<[string, string[], OnnxNode['attributes']?]>([
  ['Concat', ['x', ''], { axis: attr.int(0) }],
  ['Sum', ['x', '', 'x']],
  ['Max', ['x', '']],
  ['Einsum', ['x', ''], { equation: attr.string('abc,d->a') }],
  ['Range', ['w', '', 'w']],
])('%s of an input that is left out is refused when it loads', async (op, inputs, attributes) => {
  for (const engine of ['fused', 'auto'] as const) {
    const session = createSession(graph([node(op, inputs, ['y'], attributes)], [zeros('w')]), { engine });
    expect(await failure(session)).toMatchObject({
      code: 'ONNX_PARSE',
      details: { op, needed: inputs.length, got: inputs },
    });
  }
});

describe('whole numbers that no whole number is the result of', () => {
  const whole = (name: string, ...values: bigint[]): OnnxTensor => ({
    name,
    shape: [values.length],
    type: 'int64',
    data: BigInt64Array.from(values),
  });

  it.each<[string, OnnxNode]>([
    ['a division by zero', node('Div', ['one', 'zero'], ['n'])],
    ['a half', node('Pow', ['two', 'minus'], ['n'])],
    ['the least of none', node('ReduceMin', ['none'], ['n'], { keepdims: attr.int(1) })],
    ['a float without end', node('Cast', ['endless'], ['n'], { to: attr.int(7) })],
  ])('%s in the constants is 0', async (_name, made) => {
    const constants = [
      whole('one', 1n),
      whole('zero', 0n),
      whole('two', 2n),
      whole('minus', -1n),
      whole('none'),
      { ...zeros('endless', 1), data: Float32Array.of(Number.POSITIVE_INFINITY) },
    ];
    const cast = node('Cast', ['n'], ['f'], { to: attr.int(1) });
    const bytes = graph([made, cast, node('Add', ['x', 'f'])], constants);
    const session = await createSession(bytes, { engine: 'fused' });
    const { y } = await session.run({ x: { data: Float32Array.of(1, 2, 3), shape: [1, 1, 3] } });
    expect([...y!.data]).toEqual([1, 2, 3]);
    await session.dispose();
  });
});

it('one axis given twice is refused by the operator when it runs', async () => {
  const axes: OnnxTensor = { name: 'axes', shape: [2], type: 'int64', data: BigInt64Array.of(0n, 0n) };
  const session = await createSession(graph([node('Unsqueeze', ['x', 'axes'])], [axes]));
  const run = session.run({ x: { data: new Float32Array(3), shape: [1, 1, 3] } });
  expect(await failure(run)).toMatchObject({ code: 'MODEL_SHAPE', details: { op: 'Unsqueeze' } });
  await session.dispose();
});

describe('constants that an operator is refused for', () => {
  const mode = (value: string) => ({ mode: attr.string(value) });
  const pads: OnnxTensor = { name: 'p', shape: [2], type: 'int64', data: BigInt64Array.of(1n, 1n) };

  it.each<[string, OnnxNode, object]>([
    ['Pad of its own', node('Pad', ['c', 'p'], ['n'], mode('mirror')), { why: 'mode=mirror' }],
    ['Cast to text', node('Cast', ['c'], ['n'], { to: attr.int(8) }), { why: 'to type 8' }],
  ])('%s: refused for them as well, and not computed as another', async (_name, made, details) => {
    const constants = [pads, { ...zeros('c', 3), data: Float32Array.of(1, 2, 3) }];
    const bytes = graph([made, node('Add', ['x', 'n'])], constants);
    expect(await failure(createSession(bytes, { engine: 'fused' }))).toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      details: { op: made.op, ...details },
    });
  });

  it('are spread out by scales of blocks, also where there is one dimension', async () => {
    const scales = { ...zeros('s', 2), data: Float32Array.of(2, 10) };
    const levels: OnnxTensor = { name: 'q', shape: [3], type: 'int8', data: Int8Array.of(1, 2, 3) };
    const attributes = { axis: attr.int(0), block_size: attr.int(2) };
    const dequantise = node('DequantizeLinear', ['q', 's'], ['n'], attributes);
    const session = await createSession(graph([dequantise, node('Add', ['x', 'n'])], [levels, scales]));
    const { y } = await session.run({ x: { data: new Float32Array(3), shape: [1, 1, 3] } });
    expect([...y!.data]).toEqual([2, 4, 30]);
    await session.dispose();
  });
});

it('a GatherND whose indices are of another batch is refused when it runs', async () => {
  const indices: OnnxTensor = { name: 'i', shape: [4, 1], type: 'int64', data: new BigInt64Array(4) };
  const nodes = [
    node('Reshape', ['x', 's'], ['m']),
    node('GatherND', ['m', 'i'], ['y'], { batch_dims: attr.int(1) }),
  ];
  const shape: OnnxTensor = { name: 's', shape: [2], type: 'int64', data: BigInt64Array.of(2n, 3n) };
  const session = await createSession(graph(nodes, [indices, shape]));
  const run = session.run({ x: { data: new Float32Array(6), shape: [2, 1, 3] } });
  expect(await failure(run)).toMatchObject({ code: 'MODEL_SHAPE', details: { op: 'GatherND', got: [4, 1] } });
  await session.dispose();
});

describe('an Einsum', () => {
  const einsum = (equation: string) =>
    createSession(graph([node('Einsum', ['x'], ['y'], { equation: attr.string(equation) })]));

  it.each(['tbf,f->t', 'tbf->q', '...f->f', '......f->...f', 'tb1->tb', 'tbf.->t', 't~->t'])(
    'of "%s" is refused by its equation',
    async (equation) => {
      const details = { equation, inputs: 1 };
      expect(await failure(einsum(equation))).toMatchObject({ code: 'ONNX_PARSE', details });
    },
  );

  it('with more names than there are dimensions is refused when it runs', async () => {
    const session = await einsum('...abcd->...a');
    const run = session.run({ x: { data: new Float32Array(3), shape: [1, 1, 3] } });
    expect(await failure(run)).toMatchObject({
      code: 'MODEL_SHAPE',
      details: { op: 'Einsum', got: [1, 1, 3] },
    });
    await session.dispose();
  });
});

describe('every opset that is in use', () => {
  it.each(Array.from({ length: 19 }, (_, i) => 7 + i))('%i', async (opset) => {
    const weights = [zeros('w', 1, 8, 3), zeros('r', 1, 8, 2)];
    const bytes = graph([node('LSTM', ['x', 'w', 'r'], ['y'], { hidden_size: attr.int(2) })], weights, opset);
    const session = await createSession(bytes, { engine: 'auto' });
    expect(session.engine).toBe('fused');
    const { y } = await session.run({ x: { data: new Float32Array(12), shape: [2, 2, 3] } });
    expect(y!.shape).toEqual([2, 1, 2, 2]);
    await session.dispose();
  });
});

describe('a node whose weights are fed', () => {
  it('names the one of a wrong size when it runs, and runs with a right one', async () => {
    const bytes = writeOnnx({
      irVersion: 8,
      opset: 21,
      graph: {
        name: 'g',
        nodes: [node('GRU', ['x', 'w', 'r'], ['', 'y'], { hidden_size: attr.int(2) })],
        initializers: [],
        inputs: ['x', 'w', 'r'].map((name) => ({ name, type: 'float32' as const, shape: ['a', 'b', 'c'] })),
        outputs: [{ name: 'y', type: 'float32', shape: [], unranked: true }],
      },
    });
    const session = await createSession(bytes, { engine: 'fused' });
    const [x, w, r] = [zeros('x', 4, 1, 3), zeros('w', 1, 6, 3), zeros('r', 1, 6, 2)] as const;
    const run = (rows: OnnxTensor) =>
      session.run(
        Object.fromEntries(
          [x, w, rows].map(({ shape, data }, i) => ['xwr'[i]!, { shape, data: data as Float32Array }]),
        ),
      );
    expect(await failure(run(zeros('r', 1, 5, 2)))).toMatchObject({
      code: 'MODEL_SHAPE',
      details: { op: 'GRU', got: [1, 5, 2] },
    });
    expect((await run(r)).y!.shape).toEqual([1, 1, 2]);
    await session.dispose();
  });
});
