/** Groups of models that learned what a sequence begins with: PyTorch's `h0.expand(1, x.size(1), H)`. */
import { attr, type OnnxNode, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { loadModel, type Model } from '@rivulet/inference/node';
import { expect, it } from 'vitest';
import { ints, node } from './operatorCase.ts';
import { randomFloats } from './random.ts';

const [T, B, F, H] = [5, 3, 2, 4];
const floats = (name: string, seed: number, ...shape: number[]): OnnxTensor => ({
  ...{ name, shape, type: 'float32' },
  data: randomFloats(seed)(
    shape.reduce((a, b) => a * b, 1),
    0.9,
  ),
});
const x = floats('x', 4, T, B, F).data as Float32Array;

/** @param begin makes `h0` and `c0` of their learned rows */
function open(begin: readonly OnnxNode[], rows: number): Promise<Model> {
  const lstm = node('LSTM', ['x', 'w', 'r', '', '', 'h0', 'c0'], { hidden_size: attr.int(H) }, ['y']);
  const graph = {
    name: 'learned',
    nodes: [...begin, lstm],
    initializers: [
      ...[floats('w', 1, 1, 4 * H, F), floats('r', 2, 1, 4 * H, H), floats('h', 3, 1, rows, H)],
      ...[floats('c', 5, 1, rows, H), ints('one', [1]), ints('zero', [0]), ints('two', [2]), ints('H', [H])],
    ],
    inputs: [{ name: 'x', type: 'float32' as const, shape: ['T', 'B', F] }],
    outputs: [{ name: 'y', type: 'float32' as const, shape: ['T', 1, 'B', H] }],
  };
  return loadModel(writeOnnx({ irVersion: 8, opset: 17, graph }), { engine: 'fused' });
}
const expanded = [
  node('Shape', ['x'], {}, ['shape']),
  node('Slice', ['shape', 'one', 'two', 'zero'], {}, ['B']),
  node('Concat', ['one', 'B', 'H'], { axis: attr.int(0) }, ['states']),
  node('Expand', ['h', 'states'], {}, ['h0']),
  node('Expand', ['c', 'states'], {}, ['c0']),
];

it('each sequence begins with what was learned, also one that joins or begins anew', async () => {
  const model = await open(expanded, 1);
  const { y } = await model.run({ x: { data: x, shape: [T, B, F] } });
  const of = (b: number): Float32Array =>
    Float32Array.from({ length: T * F }, (_, i) => x[(Math.floor(i / F) * B + b) * F + (i % F)]!);
  const wanted = (b: number): Float32Array =>
    Float32Array.from({ length: T * H }, (_, i) => y!.data[(Math.floor(i / H) * B + b) * H + (i % H)]!);
  const close = (got: Float32Array, b: number): void => {
    expect(got.length).toBe(T * H);
    for (const [i, value] of wanted(b).entries()) expect(got[i]).toBeCloseTo(value, 5);
  };
  const group = model.createStreamGroup(2);
  const first = await group.pushEach([of(0), of(1)]);
  close(first[0]!.data, 0);
  close(first[1]!.data, 1);
  await group.reset(1);
  expect(await group.join()).toBe(2);
  const [, second, third] = await group.pushEach([undefined, of(1), of(2)]);
  close(second!.data, 1);
  close(third!.data, 2);
  const run = model.createIncrementalRun();
  await run.push(of(0).subarray(0, 3 * F));
  close((await run.push(of(0).subarray(3 * F))).output.data, 0);
  await model.dispose();
});

it('a state for each of three is no beginning of any', async () => {
  const model = await open([node('Identity', ['h'], {}, ['h0']), node('Identity', ['c'], {}, ['c0'])], B);
  const push = model.createStreamGroup(B).push({ data: new Float32Array(B * F), shape: [1, B, F] });
  await expect(push).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
  await model.dispose();
});
