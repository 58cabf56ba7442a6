/**
 * Every operator of the fused engine at every version of the operator set, against onnxruntime-web: what an operator
 * is at a version shows in how cases/opsets builds it.
 */
import { RivuletError, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { describe, expect, it } from 'vitest';
import { OPERATORS } from '../../packages/inference/src/engine/fused/operators/operators.ts';
import { FIRST_OPSETS, NOT_IN_ONNXRUNTIME } from './cases/opsets/firstOpsets.ts';
import { OPSET_CASES } from './cases/opsets/index.ts';
import { casesAt, FIRST, graphAt, LAST, nameOf } from './cases/opsets/opsetCase.ts';
import { expectSame } from './expectSame.ts';
import { type Case, modelOf, node } from './operatorCase.ts';

const OPSETS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);

it('has a line for every operator of ONNX that the engine takes, at each version that has it', () => {
  const missing = OPSETS.flatMap((opset) => {
    const covered = new Set(casesAt(OPSET_CASES, opset).map(({ op }) => op));
    return Object.keys(OPERATORS)
      .filter((op) => !op.includes('.') && (FIRST_OPSETS[op] ?? FIRST) <= opset)
      .filter((op) => !covered.has(op) && !NOT_IN_ONNXRUNTIME[op]?.includes(opset))
      .map((op) => `${op} at ${opset}`);
  });
  expect(missing).toEqual([]);
});

it.each(OPSETS)('opset %i', async (opset) => {
  const cases = casesAt(OPSET_CASES, opset);
  const { model, feeds } = graphAt(cases, opset);
  const bytes = writeOnnx(model);
  const fused = await loadModel(bytes, { engine: 'fused' });
  const ort = await loadModel(bytes, { engine: 'ort' });
  const [got, expected] = [await fused.run(feeds), await ort.run(feeds)];
  for (const kase of cases) {
    const own = (all: typeof got) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(`${nameOf(kase)}: `)));
    expectSame(own(got), own(expected), kase.build(opset).tolerance ?? 1e-5);
  }
  await Promise.all([fused.dispose(), ort.dispose()]);
});

const run = async (kase: Case): Promise<unknown> => {
  const model = await loadModel(writeOnnx(modelOf(kase)), { engine: 'fused' });
  try {
    return await model.run({ a: { data: new Float32Array(8), shape: [2, 4, 1] } });
  } finally {
    await model.dispose();
  }
};

describe('what is not of these versions', () => {
  const relu = (opset: number): Case => ({
    name: 'relu',
    nodes: [node('Relu', ['a'])],
    inputs: [[2, 4, 1]],
    opset,
  });

  it.each([1, FIRST - 1, LAST + 1, 2 ** 40])(
    'a graph of opset %d is refused by its number',
    async (opset) => {
      const failure = await run(relu(opset)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RivuletError);
      const why = `${opset}, of ${FIRST} to ${LAST}`;
      expect(failure).toMatchObject({ code: 'ONNX_UNSUPPORTED', details: { op: 'opset', why } });
    },
  );

  it('is left to onnxruntime-web where that is there', async () => {
    const lines: unknown[][] = [];
    const info = console.info;
    console.info = (...line) => lines.push(line);
    const model = await loadModel(writeOnnx(modelOf(relu(LAST + 1)))).finally(() => {
      console.info = info;
    });
    expect(model.engine).toBe('ort');
    expect(String(lines)).toContain(`opset (${LAST + 1}, of ${FIRST} to ${LAST})`);
    await model.dispose();
  });

  it('moments for each number, which BatchNormalization had until opset 8', async () => {
    const { build } = OPSET_CASES.find(({ op }) => op === 'BatchNormalization')!;
    const built = build(7);
    const nodes = built.nodes.map((one) => ({
      ...one,
      attributes: { spatial: { kind: 'int', value: 0 } as const },
    }));
    const failure = run({ ...built, name: 'moments', nodes, opset: 7 });
    await expect(failure).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', details: { why: 'spatial=0' } });
  });

  it('an output that an operator does not have', async () => {
    const nodes = [node('Relu', ['a'], {}, ['y', 'z']), node('Neg', ['z'], {}, ['n'])];
    const failure = run({ ...relu(21), nodes, outputs: ['y', 'n'] });
    await expect(failure).rejects.toMatchObject({ code: 'ONNX_PARSE', details: { op: 'Relu', output: 1 } });
  });
});
