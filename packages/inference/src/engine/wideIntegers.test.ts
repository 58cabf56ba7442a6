/** Integers beyond the 32 bits in which the fused engine keeps them: refused by their value, never another number. */
import { attr, type OnnxNode, type OnnxTensor, writeOnnx } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { failure } from '../testing/failure.ts';
import { createSession } from './createSession.ts';

const toFloat = { to: attr.int(1) };
const node = (
  op: string,
  inputs: string[],
  output = 'n',
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ op, inputs, outputs: [output], attributes });
const wholes = (name: string, ...values: bigint[]): OnnxTensor => ({
  ...{ name, shape: [values.length], type: 'int64', data: BigInt64Array.from(values) },
});

/** y = of int64 x [N] (i) and of it in float32 (f), through `made`, which makes n. */
const open = (made: OnnxNode, constants: readonly OnnxTensor[] = []) =>
  createSession(
    writeOnnx({
      irVersion: 8,
      opset: 17,
      graph: {
        ...{ name: 'g', initializers: constants },
        nodes: [node('Cast', ['i'], 'f', toFloat), made, node('Cast', ['n'], 'y', toFloat)],
        inputs: [{ name: 'i', type: 'int64', shape: ['N'] }],
        outputs: [{ name: 'y', type: 'float32', shape: [], unranked: true }],
      },
    }),
    { engine: 'fused' },
  );
const feeds = (...values: bigint[]) => ({ i: { data: BigInt64Array.from(values), shape: [values.length] } });

const cases: [string, OnnxNode, bigint[], number, bigint[], number[]][] = [
  ['a sum of two', node('Add', ['i', 'i']), [1n, 2n ** 30n], 2 ** 31, [-(2n ** 30n)], [-(2 ** 31)]],
  ['a difference', node('Sub', ['i', 'one']), [-(2n ** 31n)], -(2 ** 31) - 1, [5n], [4]],
  ['a product', node('Mul', ['i', 'i']), [65536n], 2 ** 32, [-46340n], [Math.fround(46340 ** 2)]],
  ['a power', node('Pow', ['i', 'five']), [100n], 1e10, [-10n], [-1e5]],
  ['the opposite', node('Neg', ['i']), [-(2n ** 31n)], 2 ** 31, [7n], [-7]],
  ['a sum of all', node('ReduceSum', ['i']), [2n ** 30n, 2n ** 30n], 2 ** 31, [3n, 4n], [7]],
  ['a running sum', node('CumSum', ['i', 'zero']), [2n ** 31n - 1n, 1n], 2 ** 31, [3n, 4n], [3, 7]],
  [
    'a product of sums',
    node('Einsum', ['i', 'i'], 'n', { equation: attr.string('i,i->') }),
    [50_000n],
    2.5e9,
    [3n, 4n],
    [25],
  ],
  ['a product of lists', node('MatMul', ['i', 'i']), [50_000n], 2.5e9, [3n, 4n], [25]],
  ['a float', node('Cast', ['f'], 'n', { to: attr.int(7) }), [2n ** 31n - 1n], 2 ** 31, [9n], [9]],
];

describe.each(cases)('%s', (_name, made, beyond, value, within, expected) => {
  const constants = [wholes('one', 1n), wholes('five', 5n), { ...wholes('zero', 0n), shape: [] }];

  it('beyond 32 bits is refused, within them it is exact, and the next run works', async () => {
    const session = await open(made, constants);
    const details = { op: made.op, value };
    for (let round = 0; round < 2; round++) {
      expect(await failure(session.run(feeds(...beyond)))).toMatchObject({
        code: 'ONNX_UNSUPPORTED',
        details,
      });
      const { y } = await session.run(feeds(...within));
      expect([...y!.data]).toEqual(expected);
    }
    await session.dispose();
  });
});

it('a constant beyond 32 bits is refused when the model is loaded', async () => {
  expect(await failure(open(node('Add', ['i', 'much']), [wholes('much', 2n ** 31n)]))).toMatchObject({
    code: 'ONNX_UNSUPPORTED',
    details: { op: 'Add', why: 'a constant beyond 32 bits' },
  });
});

it('the largest there is stands for no bound', async () => {
  const session = await open(node('Min', ['i', 'most']), [wholes('most', 2n ** 63n - 1n)]);
  const { y } = await session.run(feeds(5n, -5n));
  expect([...y!.data]).toEqual([5, -5]);
  await session.dispose();
});
