/** Results that share a buffer with others: they stay what they are, and nobody can take the buffer away. */
import { writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { smallModel } from '../testing/smallModel.ts';

const stepOf = (v: number, T = 1) => ({ x: { data: new Float32Array(3 * T).fill(v), shape: [T, 1, 3] } });

it('small results stay what they are while others come, and large ones have their own buffer', async () => {
  const model = await loadModel(writeOnnx(smallModel));
  const values = Array.from({ length: 3000 }, (_, i) => i / 3000);
  const results: Float32Array[] = [];
  for (const v of values) results.push((await model.run(stepOf(v))).y!.data);
  results.forEach((data, i) => {
    const wanted = Math.tanh(values[i]!);
    expect(data).toHaveLength(2);
    expect(Math.abs(data[0]! - wanted) + Math.abs(data[1]! - wanted)).toBeLessThan(1e-6);
  });
  const buffers = new Set(results.map(({ buffer }) => buffer));
  expect(buffers.size).toBeLessThan(10);
  expect(structuredClone(results[7])).toEqual(results[7]);
  const { y } = await model.run(stepOf(0.5, 500));
  expect(y!.data.buffer.byteLength).toBe(y!.data.byteLength);
  await model.dispose();
});

it('a result is read where it lies also after the memory grew for a longer run', async () => {
  const model = await loadModel(writeOnnx(smallModel));
  const wanted = [...(await model.run(stepOf(0.5))).y!.data];
  expect((await model.run(stepOf(0.5, 100_000))).y!.data).toHaveLength(200_000);
  expect([...(await model.run(stepOf(0.5))).y!.data]).toEqual(wanted);
  expect(wanted.every((v) => v !== 0)).toBe(true);
  await model.dispose();
});

it('a buffer of many results is not transferred, and one of its own is', async () => {
  const model = await loadModel(writeOnnx(smallModel));
  const [first, second] = [await model.run(stepOf(0.25)), await model.run(stepOf(0.5))];
  const shared = first.y!.data;
  expect(() => structuredClone(shared, { transfer: [shared.buffer as ArrayBuffer] })).toThrow();
  expect(second.y!.data[0]).toBeCloseTo(Math.tanh(0.5), 6);
  const { data } = (await model.run(stepOf(0.5, 500))).y!;
  expect(structuredClone(data, { transfer: [data.buffer as ArrayBuffer] })).toHaveLength(1000);
  expect(data).toHaveLength(0);
  await model.dispose();
});
