/**
 * Plain SIMD gives the same bits on every processor and in every runtime: what a layer makes of numbers that follow
 * from a seed is kept here as a hash. A change of the kernels' arithmetic changes the hashes, and is to be made
 * knowingly: print the new ones, and say in the commit why they are others.
 */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createInferMachine } from '../infer.ts';
import { type InferCase, runInferRecurrent } from '../testing/runInferRecurrent.ts';

const shape = { T: 40, B: 1, I: 16, H: 64 };

const CASES: readonly (readonly [InferCase, { readonly int8: string; readonly float32: string }])[] = [
  [
    { cell: 'lstm', ...shape },
    { int8: '9ecf7f4f1af6fee5', float32: '1c48fc1cdef75ec2' },
  ],
  [
    { cell: 'lstm', T: 9, B: 5, I: 7, H: 33, reverse: true, states: true },
    { int8: '9af6bc774de71b16', float32: 'c39f3661f70dfb97' },
  ],
  [
    { cell: 'gru', ...shape },
    { int8: 'f400c34d346267e8', float32: 'dc34c31a8752dfd8' },
  ],
  [
    { cell: 'gru', linearBeforeReset: 0, ...shape, B: 3 },
    { int8: 'd4dc2ed534c1fca8', float32: 'dbdd4d22c3b943ca' },
  ],
  [
    { cell: 'rnn', ...shape, lengths: [31] },
    { int8: 'cb427a7961c6dd26', float32: '15abded884951481' },
  ],
];

it.each(CASES)('the bits of %j', async (kase, expected) => {
  const hashes: Record<string, string> = {};
  for (const type of ['int8', 'float32'] as const) {
    const int8 = type === 'int8';
    const machine = await createInferMachine({ variant: 'plain' });
    const { y, h, c } = runInferRecurrent(machine, kase, int8, 3).got;
    const hash = createHash('sha256');
    for (const values of [y, h, ...(c ? [c] : [])]) hash.update(new Uint8Array(values.buffer));
    hashes[type] = hash.digest('hex').slice(0, 16);
  }
  expect(hashes).toEqual(expected);
});
