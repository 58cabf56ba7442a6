/** What stands before and behind a recurrent node in a stream: taken step by step, or refused, never other numbers. */
import { attr, type OnnxGraph, type OnnxNode, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { loadModel, type Model } from '@rivulet/inference/node';
import { expect, it } from 'vitest';
import { randomFloats } from './random.ts';

const [T, F, H] = [6, 3, 4];
const x = randomFloats(9)(T * F, 1);
const floats = (name: string, shape: number[]): OnnxTensor => ({
  ...{ name, shape, type: 'float32' },
  data: randomFloats(name.length + shape.length)(
    shape.reduce((a, b) => a * b, 1),
    0.8,
  ),
});
const integers = (name: string, ...data: number[]): OnnxTensor => ({
  ...{ name, shape: [data.length], type: 'int64' },
  data: BigInt64Array.from(data, BigInt),
});

interface Border {
  /** From `x` [T, B, F] to `steps`. */
  readonly before?: OnnxNode;
  /** From `rows` [T, B, H] to `y`. */
  readonly after?: OnnxNode | readonly OnnxNode[];
  readonly constants?: readonly OnnxTensor[];
  /** Name of the final state; empty: the node leaves it out. Default `hn`, an output. */
  readonly final?: string;
  /** Default 17. */
  readonly opset?: number;
}

const identity = (from: string, to: string): OnnxNode => ({
  ...{ op: 'Identity', inputs: [from], outputs: [to], attributes: {} },
});

function fileOf({ before, after, constants = [], final = 'hn', opset = 17 }: Border): Uint8Array {
  const gru: OnnxNode = {
    ...{ op: 'GRU', inputs: ['steps', 'w', 'r'], outputs: ['states', final] },
    attributes: { hidden_size: attr.int(H) },
  };
  const squeeze: OnnxNode = {
    ...{ op: 'Squeeze', inputs: ['states', 'one'], outputs: ['rows'], attributes: {} },
  };
  const graph: OnnxGraph = {
    name: 'borders',
    nodes: [before ?? identity('x', 'steps'), gru, squeeze, ...[after ?? identity('rows', 'y')].flat()],
    initializers: [
      floats('w', [1, 3 * H, F]),
      floats('r', [1, 3 * H, H]),
      integers('one', 1),
      integers('zero', 0),
      ...constants,
    ],
    inputs: [{ name: 'x', type: 'float32', shape: ['T', 'B', F] }],
    outputs: ['y', final]
      .filter(Boolean)
      .map((name) => ({ name, type: 'float32', shape: [], unranked: true })),
  };
  return writeOnnx({ irVersion: 8, opset, graph });
}

const open = (border: Border): Promise<Model> => loadModel(fileOf(border), { engine: 'fused' });

const close = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(wanted[i]!, 5);
};
const part = (from: number, to: number): Float32Array => x.slice(from * F, to * F);
const whole = async (model: Model): Promise<Float32Array> =>
  (await model.run({ x: { data: x, shape: [T, 1, F] } })).y!.data;
const node = (op: string, inputs: string[], attributes: OnnxNode['attributes'] = {}): OnnxNode => ({
  ...{ op, inputs, outputs: ['y'], attributes },
});

it('a result is the caller’s to write into, where it is a state as well', async () => {
  const model = await open({});
  const y = await whole(model);
  const { signal } = new AbortController();
  const [run, push, group] = [
    model.createStream(),
    model.createStream({ output: 'hn' }),
    model.createStreamGroup(2, { output: 'hn' }),
  ];
  const first = await run.run({ x: { data: part(0, 2), shape: [2, 1, F] } });
  first.hn!.data.fill(9);
  close((await run.run({ x: { data: part(2, T), shape: [T - 2, 1, F] } })).y!.data, y.slice(2 * H));
  (await push.push(part(0, 2), { signal })).data.fill(9);
  close((await push.push(part(2, T))).data, y.slice(-H));
  const { data } = await group.push(
    { data: Float32Array.of(...part(0, 1), ...part(0, 1)), shape: [1, 2, F] },
    { signal },
  );
  data.fill(9);
  close((await group.pushEach([part(1, T)]))[0]!.data, y.slice(-H));
  await model.dispose();
});

it('a product by a list makes one number of each row', async () => {
  const model = await open({ after: node('MatMul', ['rows', 'v']), constants: [floats('v', [H])] });
  const y = await whole(model);
  const stream = model.createStream();
  close([...(await stream.push(part(0, 4))).data, ...(await stream.push(part(4, T))).data], y);
  await model.dispose();
});

it.each<[string, OnnxNode, OnnxTensor[]]>([
  ['the fifth step', node('Gather', ['rows', 'place'], { axis: attr.int(0) }), [integers('place', 4)]],
  ['the first five steps', node('Slice', ['rows', 'zero', 'end', 'zero']), [integers('end', 5)]],
])('%s is not what every push has', async (_, after, constants) => {
  const model = await open({ after, constants });
  const wanted = { code: 'ONNX_UNSUPPORTED', details: { op: after.op, why: 'it takes some of the steps' } };
  await expect(model.createStream().push(part(0, 2))).rejects.toMatchObject(wanted);
  await expect(model.createIncrementalRun().push(part(0, 2))).rejects.toMatchObject(wanted);
  await model.dispose();
});

it.each<[string, OnnxNode, OnnxTensor[]]>([
  ['has a number for each of three', node('Add', ['rows', 'three']), [floats('three', [3, 1])]],
  ['takes the last of them', node('Gather', ['rows', 'last'], { axis: attr.int(1) }), [integers('last', -1)]],
])('sequences are not one batch where the graph %s', async (_, after, constants) => {
  const model = await open({ after, constants });
  const chunk = { data: new Float32Array(3 * F), shape: [1, 3, F] };
  await expect(model.createStreamGroup(3).push(chunk)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
  const stream = model.createStream();
  close(
    [...(await stream.push(part(0, 4))).data, ...(await stream.push(part(4, T))).data],
    await whole(model),
  );
  await model.dispose();
});

it('a node steps the sequences that are pushed, not others that a constant made of them', async () => {
  const before: OnnxNode = { ...node('Add', ['x', 'two']), outputs: ['steps'] };
  const model = await open({ before, constants: [floats('two', [2, 1])] });
  const wanted = {
    code: 'ONNX_UNSUPPORTED',
    details: { op: 'GRU', why: 'its sequences are not those of the input' },
  };
  await expect(model.createStream().push(part(0, 1))).rejects.toMatchObject(wanted);
  await expect(model.createIncrementalRun().push(part(0, 1))).rejects.toMatchObject(wanted);
  await model.dispose();
});

it('an incremental run passes over inputs and outputs that are left out', async () => {
  const most: OnnxTensor = { name: 'most', shape: [], type: 'float32', data: Float32Array.of(0.1) };
  const model = await open({ after: node('Clip', ['rows', '', 'most']), constants: [most], final: '' });
  const run = model.createIncrementalRun();
  await run.push(part(0, 2));
  close((await run.push(part(2, T))).output.data, await whole(model));
  await model.dispose();
});

const turned = (from: string, to: string, ...perm: number[]): OnnxNode => ({
  ...{ op: 'Transpose', inputs: [from], outputs: [to], attributes: { perm: attr.ints(perm) } },
});
const equation = (text: string): OnnxNode['attributes'] => ({ equation: attr.string(text) });

const named = (from: OnnxNode, output: string): OnnxNode => ({ ...from, outputs: [output] });

it.each<[string, OnnxNode[], OnnxTensor[], number?]>([
  [
    'an Einsum with a matrix',
    [node('Einsum', ['rows', 'm'], equation('...h,hk->...k'))],
    [floats('m', [H, 2])],
  ],
  ['an Einsum of steps', [node('Einsum', ['rows', 'rows'], equation('tbi,tbj->tbij'))], []],
  [
    'a constant by the steps’ own matrices',
    [turned('rows', 'columns', 0, 2, 1), node('MatMul', ['m', 'columns'])],
    [floats('m', [2, H])],
  ],
  [
    'products of the steps’ own matrices',
    [
      turned('states', 'tall', 0, 2, 3, 1),
      turned('states', 'wide', 0, 2, 1, 3),
      node('MatMul', ['tall', 'wide']),
    ],
    [],
  ],
  ['Tile', [node('Tile', ['rows', 'times'])], [integers('times', 1, 1, 2)]],
  ['CumSum', [node('CumSum', ['rows', 'along'])], [{ ...integers('along', 2), shape: [] }]],
  ['ReduceLogSumExp', [node('ReduceLogSumExp', ['rows'], { axes: attr.ints([2]) })], []],
  [
    'ReduceLogSum',
    [
      named(node('Sigmoid', ['rows']), 'positive'),
      node('ReduceLogSum', ['positive'], { axes: attr.ints([2]), keepdims: attr.int(0) }),
    ],
    [],
  ],
  [
    'IsInf',
    [
      named(node('Relu', ['rows']), 'some zeros'),
      named(node('Reciprocal', ['some zeros']), 'some infinite'),
      named(node('IsInf', ['some infinite']), 'infinite'),
      node('Cast', ['infinite'], { to: attr.int(1) }),
    ],
    [],
  ],
  ['RMSNormalization', [node('RMSNormalization', ['rows', 'scale'])], [floats('scale', [H])], 23],
  ['GlobalMaxPool', [node('GlobalMaxPool', ['rows'])], []],
  [
    'Conv of single steps, which its weights alone tell',
    [
      turned('rows', 'channels', 1, 2, 0),
      named(node('Conv', ['channels', 'kernel']), 'made'),
      turned('made', 'y', 2, 0, 1),
    ],
    [floats('kernel', [2, H, 1])],
  ],
  [
    'OneHot',
    [
      { ...node('ArgMax', ['rows'], { axis: attr.int(2), keepdims: attr.int(0) }), outputs: ['best'] },
      node('OneHot', ['best', 'depth', 'zeroAndOne'], { axis: attr.int(1) }),
    ],
    [{ ...integers('depth', H), shape: [] }, floats('zeroAndOne', [2])],
  ],
])('steps %s', async (_, after, constants, opset) => {
  const border = { after, constants, ...(opset && { opset }) };
  const model = await open(border);
  const y = await whole(model);
  const other = await loadModel(fileOf(border), { engine: 'ort' });
  close(y, await whole(other));
  await other.dispose();
  const [stream, run, group] = [
    model.createStream(),
    model.createIncrementalRun(),
    model.createStreamGroup(2),
  ];
  const [first] = await group.pushEach([part(0, 4), part(2, 3)]);
  const [, second] = await group.pushEach([undefined, part(3, 5)]);
  const later = (await model.run({ x: { data: part(2, 5), shape: [3, 1, F] } })).y!.data;
  const width = y.length / T;
  close(first!.data, y.slice(0, 4 * width));
  close(second!.data, later.slice(width));
  close([...(await stream.push(part(0, 4))).data, ...(await stream.push(part(4, T))).data], y);
  await run.push(part(0, 4));
  close((await run.push(part(4, T))).output.data, y);
  await model.dispose();
});

it.each<[string, string, OnnxNode[], OnnxTensor[]]>([
  ['Einsum', 'it sums over the steps', [node('Einsum', ['rows', 'rows'], equation('tbi,tbj->bij'))], []],
  [
    'CumSum',
    'it sums over the steps',
    [node('CumSum', ['rows', 'along'])],
    [{ ...integers('along', 0), shape: [] }],
  ],
  [
    'Tile',
    'it combines a step with other steps',
    [node('Tile', ['rows', 'times'])],
    [integers('times', 2, 1, 1)],
  ],
  [
    'MatMul',
    'it multiplies steps with each other',
    [turned('rows', 'tall', 1, 0, 2), turned('rows', 'wide', 1, 2, 0), node('MatMul', ['tall', 'wide'])],
    [],
  ],
])('refuses %s where %s', async (op, why, after, constants) => {
  const model = await open({ after, constants });
  const wanted = { code: 'ONNX_UNSUPPORTED', details: { op, why } };
  await expect(model.createStream().push(part(0, 2))).rejects.toMatchObject(wanted);
  await model.dispose();
});
