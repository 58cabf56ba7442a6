/** ONNX files that lie: whatever their bytes say, loading and running ends soon, in a result or a coded error. */
import { attr, type OnnxModel, type OnnxNode, type OnnxTensor, RivuletError, writeOnnx } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../testing/failure.ts';
import { naiveNetwork } from '../testing/naiveForecaster.ts';
import { halves, smallModel } from '../testing/smallModel.ts';
import { createSession } from './createSession.ts';
import type { AnyTensor } from './engine.ts';

const ints = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  shape: [values.length],
  type: 'int64',
  data: BigInt64Array.from(values, BigInt),
});
const node = (
  op: string,
  inputs: string[],
  attributes: OnnxNode['attributes'] = {},
  outputs = ['y'],
): OnnxNode => ({ op, inputs, outputs, attributes });

/** a [m, n] -> y, by the nodes given. */
function graph(nodes: readonly OnnxNode[], initializers: readonly OnnxTensor[] = []): Uint8Array {
  return writeOnnx({
    irVersion: 10,
    opset: 21,
    graph: {
      name: 'g',
      nodes,
      initializers,
      inputs: [{ name: 'a', type: 'float32', shape: ['m', 'n'] }],
      outputs: [{ name: 'y', type: 'float32', shape: [], unranked: true }],
    },
  });
}

const feed: Record<string, AnyTensor> = { a: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] } };

/** Feeds for whatever inputs a changed file asks for: ones, three where a dimension is free. */
function feedsFor(inputs: readonly { name: string; shape: readonly (number | string)[] }[]) {
  return Object.fromEntries(
    inputs.map(({ name, shape }): [string, AnyTensor] => {
      const sizes = shape.map((n) => (typeof n === 'number' && n >= 0 ? n : 3));
      const size = sizes.reduce((a, b) => a * b, 1);
      return [name, { data: new Float32Array(Math.min(size, 1e6)).fill(1), shape: sizes }];
    }),
  );
}

describe('bytes that were changed', () => {
  const models: readonly OnnxModel[] = [smallModel, naiveNetwork()];

  it.each(models.map((model) => [model.graph.name, writeOnnx(model)] as const))(
    'of %s',
    async (_name, bytes) => {
      const change = fc.record({
        at: fc.nat(bytes.length - 1),
        byte: fc.nat(255),
        cut: fc.option(fc.nat(bytes.length), { freq: 10 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          let broken = bytes.slice();
          for (const { at, byte, cut } of changes) {
            broken[at % broken.length] = byte;
            if (cut) broken = broken.slice(0, cut);
          }
          try {
            const session = await createSession(broken, { engine: 'fused' });
            await session.run(feedsFor(session.inputs));
            await session.dispose();
          } catch (error) {
            if (!(error instanceof RivuletError)) throw error;
          }
        }),
        { numRuns: 400 },
      );
    },
  );
});

describe('operators with numbers that fit nothing', () => {
  const number = fc.oneof(
    fc.integer({ min: -4, max: 4 }),
    fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 32 + 1, Number.MAX_SAFE_INTEGER),
  );
  const list = fc.array(number, { maxLength: 4 });
  /** Inputs behind the first one, and integer attributes, by operator. */
  const OPERATORS: readonly [
    op: string,
    inputs: number,
    lists: readonly string[],
    ints: readonly string[],
  ][] = [
    ['Transpose', 0, ['perm'], []],
    ['Reshape', 1, [], ['allowzero']],
    ['Squeeze', 1, ['axes'], []],
    ['Unsqueeze', 1, ['axes'], []],
    ['Flatten', 0, [], ['axis']],
    ['Slice', 4, ['starts', 'ends', 'axes'], []],
    ['Pad', 1, ['pads'], []],
    ['Concat', 0, [], ['axis']],
    ['Gather', 1, [], ['axis']],
    ['Split', 1, [], ['axis']],
    ['Expand', 1, [], []],
    ['Softmax', 0, [], ['axis']],
    ['Shape', 0, [], ['start', 'end']],
    ['ConstantOfShape', 0, [], []],
    ['RNN', 2, [], ['hidden_size', 'layout']],
    ['Gemm', 2, [], ['transA', 'transB']],
    ['Add', 1, [], []],
    ['Mod', 1, [], ['fmod']],
    ['Where', 2, [], []],
    ['Cast', 0, [], ['to']],
    ['Clip', 2, [], []],
    ['Tile', 1, [], []],
    ['Range', 2, [], []],
    ['Conv', 2, ['pads', 'strides', 'dilations'], ['group']],
    ['MaxPool', 0, ['kernel_shape', 'pads', 'strides', 'dilations'], ['ceil_mode']],
    ['AveragePool', 0, ['kernel_shape', 'pads', 'strides'], ['count_include_pad']],
    ['ReduceMean', 1, [], ['keepdims', 'noop_with_empty_axes']],
    ['GlobalMaxPool', 0, [], []],
    ['ArgMax', 0, [], ['axis', 'keepdims']],
    ['TopK', 1, [], ['axis', 'largest']],
    ['CumSum', 1, [], ['reverse', 'exclusive']],
    ['GatherElements', 1, [], ['axis']],
    ['GatherND', 1, [], ['batch_dims']],
    ['ScatterElements', 2, [], ['axis']],
    ['OneHot', 2, [], ['axis']],
    ['LayerNormalization', 2, [], ['axis']],
    ['BatchNormalization', 4, [], []],
    ['MatMul', 1, [], []],
    ['LSTM', 7, [], ['hidden_size', 'layout', 'input_forget']],
    ['GRU', 3, [], ['hidden_size', 'linear_before_reset']],
  ];
  const anyNode = fc.constantFrom(...OPERATORS).chain(([op, inputs, lists, ints]) =>
    fc.record({
      // Numbers, floats where an operator takes nothing else, or what another node made.
      kinds: fc.array(fc.constantFrom('ints', 'floats', 'value'), { minLength: inputs, maxLength: inputs }),
      op: fc.constant(op),
      constants: fc.array(list, { maxLength: inputs }),
      lists: fc.record(Object.fromEntries(lists.map((name) => [name, list])), { requiredKeys: [] }),
      ints: fc.record(Object.fromEntries(ints.map((name) => [name, number])), { requiredKeys: [] }),
      outputs: fc.integer({ min: 1, max: 3 }),
      reads: fc.nat(),
    }),
  );

  it('in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyNode, { minLength: 1, maxLength: 4 }), async (made) => {
        const initializers: OnnxTensor[] = [];
        const values = ['a'];
        const nodes = made.map(({ op, constants, kinds, lists, ints: numbers, outputs, reads }, i) => {
          const names = constants.map((numbers, k) => {
            if (kinds[k] === 'value') return values[(reads + k) % values.length]!;
            const name = `c${i}.${k}`;
            // The floats have as many dimensions as numbers, and as many elements as fit.
            const sizes = numbers.map((n) => Math.abs(n) % 5);
            const data = new Float32Array(sizes.reduce((a, b) => a * b, 1)).fill(k - 0.5);
            if (kinds[k] === 'ints') initializers.push(ints(name, numbers));
            else initializers.push({ name, shape: sizes, type: 'float32', data });
            return name;
          });
          const attributes = Object.fromEntries([
            ...Object.entries(lists).map(([name, list]) => [name, attr.ints(list as number[])]),
            ...Object.entries(numbers).map(([name, n]) => [name, attr.int(n as number)]),
          ]);
          const made = Array.from({ length: op === 'Split' ? outputs : 1 }, (_, k) => `v${i}.${k}`);
          const result = node(op, [values[reads % values.length]!, ...names], attributes, made);
          values.push(...made);
          return result;
        });
        const last = nodes.at(-1)!.outputs[0]!;
        const bytes = graph([...nodes, node('Identity', [last])], initializers);
        try {
          const session = await createSession(bytes, { engine: 'fused' });
          await session.run(feed);
          await session.dispose();
        } catch (error) {
          if (!(error instanceof RivuletError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('graphs that ask for too much', () => {
  const half: OnnxTensor = { name: 'half', shape: [1], type: 'float32', data: Float32Array.of(0.5) };
  const shape = (...values: number[]): OnnxTensor => ints('s', values);

  it.each([
    ['Expand', graph([node('Expand', ['a', 's'])], [shape(1_000_000, 1_000_000, 1, 1)])],
    [
      'Expand to a number that wraps to 16 bytes',
      graph([node('Expand', ['a', 's'])], [shape(2 ** 28, 2, 2)]),
    ],
    ['Expand of a constant', graph([node('Expand', ['half', 's'])], [half, shape(2 ** 20, 2 ** 20)])],
    ['Pad', graph([node('Pad', ['a', 's'])], [shape(0, 0, 2 ** 40, 0)])],
    ['ConstantOfShape', graph([node('ConstantOfShape', ['s'])], [shape(2 ** 40)])],
    ['an exabyte', graph([node('Expand', ['a', 's'])], [shape(2 ** 50, 2 ** 50, 2 ** 50, 1, 1)])],
  ])('%s', async (_name, bytes) => {
    const session = await createSession(bytes, { engine: 'fused' });
    for (let again = 0; again < 2; again++) {
      expect(await failure(session.run(feed))).toMatchObject({
        code: 'OUT_OF_MEMORY',
        details: { bytes: expect.any(Number) },
      });
    }
    await session.dispose();
  });

  it('of rows without end that have no elements are done at once', async () => {
    const bytes = graph(
      [
        node('Slice', ['a', 'zero', 'zero', 'zero'], {}, ['empty']),
        node('Expand', ['empty', 's'], {}, ['e']),
        node('Softmax', ['e'], { axis: attr.int(1) }),
      ],
      [ints('zero', [0]), shape(2 ** 50, 1, 1)],
    );
    const session = await createSession(bytes, { engine: 'fused' });
    expect((await session.run(feed)).y).toEqual({ data: new Float32Array(0), shape: [2 ** 50, 0, 2] });
    await session.dispose();
    const rnn = await createSession(writeOnnx(smallModel), { engine: 'fused' });
    const { y } = await rnn.run({ x: { data: new Float32Array(0), shape: [2 ** 31 - 1, 0, 3] } });
    expect(y!.shape).toEqual([2 ** 31 - 1, 1, 0, 2]);
    await rnn.dispose();
  }, 2000);

  it('leave the model as it was: shorter input runs after input that was too long', async () => {
    const H = 1024;
    const zeros = (name: string, ...sizes: number[]): OnnxTensor => ({
      name,
      shape: sizes,
      type: 'float32',
      data: new Float32Array(sizes.reduce((a, b) => a * b, 1)),
    });
    const { graph: small, ...rest } = smallModel;
    const wide = writeOnnx({
      ...rest,
      graph: {
        ...small,
        nodes: [node('RNN', ['x', 'w', 'r'], { hidden_size: attr.int(H) })],
        initializers: [zeros('w', 1, H, 3), zeros('r', 1, H, H)],
        outputs: [{ name: 'y', type: 'float32', shape: ['T', 1, 'B', H] }],
      },
    });
    const session = await createSession(wide, { engine: 'fused' });
    const before = await session.run(halves(3));
    // 6 MB go in, 2 GiB would come out.
    expect(await failure(session.run(halves(2 ** 19)))).toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(await session.run(halves(3))).toEqual(before);
    await session.dispose();
  });
});

describe('a session', () => {
  it('needs nothing of the bytes that it was made from', async () => {
    const bytes = graph([node('Reshape', ['a', 's'])], [ints('s', [-1, 1])]);
    const session = await createSession(bytes, { engine: 'fused' });
    bytes.fill(0);
    expect((await session.run(feed)).y!.shape).toEqual([4, 1]);
    await session.dispose();
  });

  it('keeps NaN in the sequence that has it', async () => {
    const session = await createSession(writeOnnx(smallModel), { engine: 'fused' });
    const data = new Float32Array(2 * 2 * 3).fill(0.5);
    data[0] = Number.NaN;
    const { y } = await session.run({ x: { data, shape: [2, 2, 3] } });
    const spoilt = [...y!.data].map(Number.isNaN);
    // [T, 1, B, 2]: step 0 of sequence 0 has it, step 1 gets it by its state.
    expect(spoilt).toEqual([true, true, false, false, true, true, false, false]);
    await session.dispose();
  });

  it.each([
    [0, 1],
    [0, 0],
    [2, 0],
  ])('of %i steps and %i sequences has an empty result', async (T, B) => {
    const session = await createSession(writeOnnx(smallModel), { engine: 'fused' });
    const { y } = await session.run({ x: { data: new Float32Array(0), shape: [T, B, 3] } });
    expect(y).toEqual({ data: new Float32Array(0), shape: [T, 1, B, 2] });
    await session.dispose();
  });

  it.each<[string, unknown, string, object]>([
    ['nothing', undefined, 'ARGUMENT', { input: 'x' }],
    ['no tensor', { x: [1, 2, 3] }, 'ARGUMENT', { input: 'x' }],
    ['no shape', { x: { data: new Float32Array(3) } }, 'ARGUMENT', { input: 'x' }],
    ['a list', { x: { data: [1, 2, 3], shape: [1, 1, 3] } }, 'ARGUMENT', { type: 'float32' }],
    ['doubles', { x: { data: new Float64Array(3), shape: [1, 1, 3] } }, 'ARGUMENT', { got: 'Float64Array' }],
    ['a negative dimension', { x: { data: new Float32Array(3), shape: [-1, -1, 3] } }, 'TENSOR_SHAPE', {}],
    ['too few', { x: { data: new Float32Array(2), shape: [1, 1, 3] } }, 'TENSOR_SHAPE', { elements: 2 }],
    ['another rank', { x: { data: new Float32Array(3), shape: [1, 3] } }, 'TENSOR_SHAPE', { got: [1, 3] }],
  ])('fed %s names what is wrong', async (_name, feeds, code, details) => {
    const session = await createSession(writeOnnx(smallModel), { engine: 'fused' });
    expect(await failure(session.run(feeds as never))).toMatchObject({ code, details });
    await session.dispose();
  });

  it('that needs the other engine says why, where this build leaves it out', async () => {
    const bytes = graph([node('Asinh', ['a'])]);
    expect(await failure(createSession(bytes))).toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('Asinh'),
      details: { op: 'Asinh' },
    });
  });
});
