/** Every layer that is trained, exported to ONNX: onnxruntime and our engine compute what training's forward does. */
import { readFileSync } from 'node:fs';
import { type OnnxModel, type Tensor, writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { loadTrainKernels } from '@rivulet/kernels/train';
import {
  type Batch,
  Network,
  quantiseNetwork,
  Random,
  type RecipeInput,
  toOnnx,
} from '@rivulet/training/network';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { type DrawnNetwork, drawnNetwork } from '../fixtures/drawnNetwork.ts';
import { expectSame } from './expectSame.ts';
import { rowMajor } from './rowMajor.ts';

interface Case {
  readonly title: string;
  readonly network: RecipeInput['network'];
  readonly steps: Readonly<Record<string, number>>;
  /** Inputs of tokens. */
  readonly tokens: readonly string[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../packages/training/src/nn/fixtures/torchLayers.json', import.meta.url), 'utf8'),
) as Case[];

const [SIZE, LANES] = [3, 8];
/** Float32 over at most 11 steps; our engine's int8 path computes with 16-bit activations. */
const FLOAT32 = 2e-5;
const INT8 = 2e-3;

function fullBatch({ network, steps, tokens }: Case, seed: number): Batch {
  const random = Random.fromSeed(seed);
  const inputs = Object.entries(network.inputs).map(([name, F]) => {
    const T = steps[name]! + seed;
    const data = Float32Array.from({ length: T * F * LANES }, (_, i) => {
      if (i % LANES >= SIZE) return 0;
      return tokens.includes(name) ? random.int(5) : random.uniform(-1, 1);
    });
    return [name, { data, T, F, lanes: LANES }] as const;
  });
  return { size: SIZE, lanes: LANES, inputs: Object.fromEntries(inputs), target: undefined };
}

async function trained(test: Case): Promise<DrawnNetwork & { network: Network }> {
  const { plan, weights } = drawnNetwork(test.network, 5);
  const random = Random.fromSeed(6);
  for (const { offset, size } of plan.parameters) {
    for (let i = 0; i < size; i++) weights[offset + i]! += random.uniform(-0.3, 0.3);
  }
  return { plan, weights, network: new Network(await loadTrainKernels({ variant: 'plain' }), plan) };
}

async function runOrt(model: OnnxModel, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await ort.InferenceSession.create(writeOnnx(model), { executionProviders: ['wasm'] });
  const given = Object.entries(feeds).map(
    ([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape as number[])] as const,
  );
  const found = await session.run(Object.fromEntries(given));
  await session.release();
  return Object.fromEntries(
    Object.entries(found).map(([name, { data, dims }]) => [
      name,
      { data: data as Float32Array, shape: dims },
    ]),
  );
}

describe.each(cases)('$title', (test) => {
  it.each(['float32', 'int8'] as const)('%s', async (dtype) => {
    const { plan, network, weights } = await trained(test);
    const quantised = quantiseNetwork(plan, weights);
    const model = toOnnx({ name: 'trained', plan, weights, ...(dtype === 'int8' ? { quantised } : {}) });
    network.weights().set(dtype === 'int8' ? quantised.restored : weights);
    const engine = await loadModel(writeOnnx(model), { engine: 'fused' });
    expect(engine.engine).toBe('fused');
    for (const seed of [0, 5]) {
      const batch = fullBatch(test, seed);
      const outputs = network.forward(batch);
      const expected = Object.fromEntries(
        Object.entries(outputs).map(([name, y]) => [name, rowMajor(y, SIZE)]),
      );
      const feeds = Object.fromEntries(
        Object.entries(batch.inputs).map(([name, x]) => [name, rowMajor(x, SIZE)]),
      );
      expectSame(await runOrt(model, feeds), expected, FLOAT32);
      expectSame(await engine.run(feeds), expected, dtype === 'int8' ? INT8 : FLOAT32);
    }
    await engine.dispose();
  });
});
