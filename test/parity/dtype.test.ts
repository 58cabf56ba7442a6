/** How int8 weights are run: what the file says it was trained for, unless `dtype` says otherwise. */
import { DTYPE_PROPERTY, writeOnnx } from '@rivulet/core';
import { type Int8Type, loadModel } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../../packages/kernels/src/binary/hasRelaxedSimd.ts';
import { stackGraph } from './graphs.ts';
import { randomFloats } from './random.ts';

const graph = stackGraph({
  seed: 4,
  input: 7,
  layers: [
    { op: 'LSTM', hidden: 20, direction: 'bidirectional' },
    { op: 'GRU', hidden: 33 },
  ],
  dense: 5,
  int8: true,
});
const file = (dtype?: string): Uint8Array =>
  writeOnnx(dtype === undefined ? graph : { ...graph, metadata: { [DTYPE_PROPERTY]: dtype } });
const x = { data: randomFloats(2)(11 * 2 * 7, 1), shape: [11, 2, 7] };

async function outputs(bytes: Uint8Array, options: Parameters<typeof loadModel>[1] = {}): Promise<number[]> {
  const model = await loadModel(bytes, { engine: 'fused', ...options });
  const { y } = await model.run({ x });
  await model.dispose();
  return [...y!.data];
}

const difference = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('dtype', () => {
  it('is by default what the file was trained for', async () => {
    const [int8, int8a7] = [
      await outputs(file(), { dtype: 'int8' }),
      await outputs(file(), { dtype: 'int8a7' }),
    ];
    expect(difference(int8, int8a7)).toBeGreaterThan(1e-4);
    expect(difference(int8, int8a7)).toBeLessThan(0.2);
    expect(await outputs(file())).toEqual(int8);
    expect(await outputs(file('int8a7'))).toEqual(int8a7);
    expect(await outputs(file('int4'))).toEqual(int8);
    expect(await outputs(file('int8a7'), { dtype: 'int8' })).toEqual(int8);
  });

  it('of 7 bits gives the same bits in both binaries', async ({ skip }) => {
    if (!hasRelaxedSimd()) skip();
    expect(await outputs(file('int8a7'), { variant: 'relaxed' })).toEqual(
      await outputs(file('int8a7'), { variant: 'plain' }),
    );
  });

  it.each(['float32', 'int4', 7])('refuses %s for a file, which has the weights it has', async (dtype) => {
    await expect(loadModel(file(), { dtype: dtype as Int8Type })).rejects.toMatchObject({
      code: 'ARGUMENT',
      details: { dtype },
    });
  });
});
