/** Every operator of the fused engine beside the recurrent ones, against onnxruntime-web: one case a behaviour. */
import { RivuletError, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { binary, OWN_OPERATORS } from './cases/ownOperators.ts';
import { compare } from './compareOperator.ts';
import { modelOf, node } from './operatorCase.ts';

it.each(OWN_OPERATORS)('$name', compare);

describe('what the fused engine does not cover', () => {
  const asinh = writeOnnx(modelOf({ name: 'Asinh', nodes: [node('Asinh', ['a'])], inputs: [[2, 3]] }));

  it('runs on onnxruntime-web, and says why', async () => {
    const lines: unknown[][] = [];
    const info = console.info;
    console.info = (...line) => lines.push(line);
    try {
      const model = await loadModel(asinh);
      expect(model.engine).toBe('ort');
      const { y } = await model.run({ a: { data: Float32Array.of(0, 1), shape: [1, 2] } });
      expect(y!.data[1]).toBeCloseTo(0.8814, 4);
      await model.dispose();
    } finally {
      console.info = info;
    }
    expect(lines).toHaveLength(1);
    expect(String(lines[0])).toContain('Asinh');
  });

  it('is refused with its name when the fused engine was asked for', async () => {
    const failure = await loadModel(asinh, { engine: 'fused' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RivuletError);
    expect(failure).toMatchObject({ code: 'ONNX_UNSUPPORTED', details: { op: 'Asinh' } });
  });

  it.each(['fused', 'ort'] as const)('%s: a wrong feed is an error that names it', async (engine) => {
    const add = writeOnnx({
      ...modelOf(binary('Add', [2], [2])),
      graph: {
        ...modelOf(binary('Add', [2], [2])).graph,
        inputs: ['a', 'b'].map((name) => ({ name, type: 'float32', shape: ['n', 3] })),
      },
    });
    const model = await loadModel(add, { engine });
    const good = { data: new Float32Array(6), shape: [2, 3] };
    await expect(model.run({ a: good })).rejects.toMatchObject({ code: 'ARGUMENT', details: { input: 'b' } });
    await expect(model.run({ a: good, b: good, z: good })).rejects.toMatchObject({ details: { input: 'z' } });
    await expect(
      model.run({ a: good, b: { data: new Float32Array(6), shape: [3, 2] } }),
    ).rejects.toMatchObject({
      code: 'TENSOR_SHAPE',
      details: { input: 'b', expected: ['n', 3], got: [3, 2] },
    });
    await expect(model.run({ a: good, b: { ...good, shape: [4, 3] } })).rejects.toMatchObject({
      code: 'TENSOR_SHAPE',
    });
    await model.dispose();
    await expect(model.run({ a: good, b: good })).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it.each(['fused', 'ort'] as const)('%s: calls that overlap, one of them wrong', async (engine) => {
    const model = await loadModel(writeOnnx(modelOf(binary('Sub', [2], [2]))), { engine });
    const calls = Array.from({ length: 12 }, async (_, i) => {
      const feed = (value: number) => ({ data: new Float32Array(1 + i).fill(value), shape: [1 + i] });
      if (i === 5) {
        await expect(model.run({ a: feed(i) })).rejects.toMatchObject({ code: 'ARGUMENT' });
        return;
      }
      const { y } = await model.run({ a: feed(i), b: feed(1) });
      expect(y).toEqual(feed(i - 1));
    });
    await Promise.all(calls);
    const last = model.run({
      a: { data: Float32Array.of(3), shape: [1] },
      b: { data: Float32Array.of(1), shape: [1] },
    });
    await model.dispose();
    expect((await last).y!.data[0], 'made before disposing').toBe(2);
    await model.dispose();
  });
});
