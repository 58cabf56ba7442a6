/** Trains a small recipe of the repository as `npm run train` does, and opens the model that it leaves. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@rivulet/core';
import { loadModel, type Model, openModelFolder, type SequenceManifest } from '@rivulet/inference/node';
import { exportModel, parseRecipe, type Recipe, train } from '@rivulet/training';
import * as ort from 'onnxruntime-web/wasm';
import { expect } from 'vitest';
import { expectSame } from '../parity/expectSame.ts';

/** Where the small recipes are, and their data. */
export const RECIPES = fileURLToPath(new URL('../../packages/training/recipes/', import.meta.url));

export interface TrainedRecipe extends AsyncDisposable {
  /** What evaluation.json says of the best weights. */
  readonly figures: Readonly<Record<string, number>>;
  readonly manifest: SequenceManifest;
  /** The int8 file on our engine. */
  readonly model: Model;
  /** Holds every stored case against onnxruntime-web and our engine, float32 and int8. */
  expectSameEverywhere(): Promise<void>;
}

/** @param change makes another recipe of it */
export async function trainRecipe(
  name: string,
  change: (recipe: Recipe) => Recipe = (recipe) => recipe,
): Promise<TrainedRecipe> {
  const recipe = change(parseRecipe(JSON.parse(readFileSync(join(RECIPES, `${name}.json`), 'utf8'))));
  const runFolder = mkdtempSync(join(tmpdir(), `rivulet-${name}-`));
  const modelFolder = join(runFolder, 'model');
  const { evaluation } = await train({ recipe, dataFolder: RECIPES, runFolder });
  await exportModel({
    ...{ name, recipe, dataFolder: RECIPES, runFolder, modelFolder, evaluation },
    ...{ commit: 'none', date: '2026-01-01' },
  });
  const { manifest, bytes } = await openModelFolder(modelFolder);
  const model = await loadModel(await bytes('int8'), { engine: 'fused' });
  return {
    figures: evaluation!.figures,
    manifest,
    model,
    expectSameEverywhere: () => expectSameEverywhere(modelFolder),
    async [Symbol.asyncDispose]() {
      await model.dispose();
      rmSync(runFolder, { recursive: true });
    },
  };
}

/** Logits reach 16: float32 is off by some of their last bits (8e-6), our int8 by activations of 14 bits (7e-4). */
const TOLERANCE = { float32: 5e-5, int8: { 'onnxruntime-web': 5e-5, ours: 5e-3 } } as const;

async function expectSameEverywhere(modelFolder: string): Promise<void> {
  const { bytes } = await openModelFolder(modelFolder);
  const { cases } = JSON.parse(readFileSync(join(modelFolder, 'parity.json'), 'utf8')) as {
    cases: { inputs: Tensors; outputs: Record<'float32' | 'int8', Tensors> }[];
  };
  expect(cases.length).toBeGreaterThan(1);
  for (const dtype of ['float32', 'int8'] as const) {
    const file = await bytes(dtype);
    const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] });
    const model = await loadModel(file, { engine: 'fused' });
    const of =
      dtype === 'float32'
        ? { 'onnxruntime-web': TOLERANCE.float32, ours: TOLERANCE.float32 }
        : TOLERANCE.int8;
    for (const { inputs, outputs } of cases) {
      expectSame(await runOrt(session, inputs), outputs[dtype], of['onnxruntime-web']);
      expectSame(await model.run(floats(inputs)), outputs[dtype], of.ours);
    }
    await session.release();
    await model.dispose();
  }
}

type Tensors = Readonly<Record<string, Tensor>>;

function floats(tensors: Tensors): Record<string, Tensor> {
  const entries = Object.entries(tensors);
  return Object.fromEntries(
    entries.map(([name, { data, shape }]) => [name, { data: Float32Array.from(data), shape }]),
  );
}

async function runOrt(session: ort.InferenceSession, inputs: Tensors): Promise<Record<string, Tensor>> {
  const feeds = Object.entries(floats(inputs)).map(
    ([name, { data, shape }]) => [name, new ort.Tensor('float32', data as Float32Array, [...shape])] as const,
  );
  const outputs = await session.run(Object.fromEntries(feeds));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data, dims }]) => [
      name,
      { data: data as Float32Array, shape: dims },
    ]),
  );
}
