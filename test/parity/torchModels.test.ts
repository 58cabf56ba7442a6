/** Models that torch.onnx exported, of free dimensions, against what PyTorch computes: all on our own engine. */
import { readFileSync } from 'node:fs';
import type { Tensor } from '@rivulet/core';
import { type AnyTensor, loadModel } from '@rivulet/inference/node';
import { expect, it } from 'vitest';
import expected from '../fixtures/torch/expected.json' with { type: 'json' };
import { expectSame } from './expectSame.ts';

interface Numbers {
  readonly type: string;
  readonly shape: number[];
  readonly data: number[];
}

interface Run {
  readonly inputs: Record<string, Numbers>;
  readonly outputs: Record<string, Numbers>;
}

const models = Object.entries(expected as unknown as Record<string, Run[]>);

/** Two layers of float32, summed in another order. */
const TOLERANCE = 1e-5;

function fed({ type, shape, data }: Numbers): AnyTensor {
  return type === 'int64'
    ? { shape, data: BigInt64Array.from(data, BigInt) }
    : { shape, data: Float32Array.from(data) };
}

function tensors(values: Record<string, Numbers>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
}

it.each(models)('%s', async (name, runs) => {
  const bytes = readFileSync(new URL(`../fixtures/torch/${name}.onnx`, import.meta.url));
  const model = await loadModel(bytes, { engine: 'fused' });
  expect(model.engine).toBe('fused');
  // Twice: the shapes come back to programs that are bound already.
  for (const { inputs, outputs } of [...runs, ...runs]) {
    const feeds = Object.fromEntries(Object.entries(inputs).map(([input, value]) => [input, fed(value)]));
    expectSame(await model.run(feeds), tensors(outputs), TOLERANCE);
  }
  await model.dispose();
});
