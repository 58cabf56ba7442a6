import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseManifest, readOnnx } from '@rivulet/core';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { meanRecipe, meanTask } from '../fixtures/recipes.ts';
import { importWeights } from '../import/importWeights.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { parseRecipe, type Recipe, type RecipeInput } from '../recipe.ts';
import { train } from '../trainer.ts';
import { type ExportOptions, exportModel } from './exportModel.ts';
import type { ParityFile, ParityTensor } from './parityCases.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-export-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const layers: Record<string, RecipeInput['network']['layers']> = {
  'LSTM, joined pairs, GRU': meanRecipe().network.layers,
  'an RNN that starts from another, joined threes': [
    { op: 'rnn', name: 'a', in: 'x', hidden: 6, bidirectional: true },
    { op: 'join', name: 'threes', factor: 3 },
    { op: 'rnn', name: 'b', hidden: 6, bidirectional: true, initial: 'a.h' },
    { op: 'dropout', name: 'dropped', rate: 0.1 },
    { op: 'dense', name: 'y', units: 1 },
  ],
  'an LSTM that starts from another, a GRU from an LSTM': [
    { op: 'lstm', name: 'a', in: 'x', hidden: 6 },
    { op: 'lstm', name: 'b', in: 'x', hidden: 6, initial: 'a.h' },
    { op: 'gru', name: 'c', hidden: 6, initial: 'b.h' },
    { op: 'dense', name: 'y', units: 1 },
  ],
};

async function exported(
  recipe: Recipe,
  name: string,
  change: Partial<ExportOptions> = {},
): Promise<ExportOptions> {
  const dataFolder = folder;
  const runFolder = join(folder, `run-${name}`);
  const modelFolder = join(folder, name);
  await train({ recipe, task: meanTask, dataFolder, runFolder, variant: 'plain', commit: 'abc' });
  const options = {
    name,
    recipe,
    task: meanTask,
    dataFolder,
    runFolder,
    modelFolder,
    commit: 'later',
    date: '2026-01-01',
    ...change,
  };
  await exportModel(options);
  return options;
}

/** How far onnxruntime's outputs of a file stand from those that were stored with it. */
async function farthest(
  bytes: Uint8Array,
  { cases }: ParityFile,
  dtype: 'float32' | 'int8',
): Promise<number> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  let most = 0;
  for (const { inputs, outputs } of cases) {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([key, { data, shape }]) => [key, new ort.Tensor('float32', data, shape)]),
    );
    const { y } = await session.run(feeds);
    most = Math.max(most, difference(y!, outputs[dtype].y!));
  }
  await session.release();
  return most;
}

function difference(got: ort.Tensor, wanted: ParityTensor): number {
  expect(got.dims).toEqual(wanted.shape);
  return wanted.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (got.data as Float32Array)[i]!)),
    0,
  );
}

describe.each(Object.entries(layers))('an exported network: %s', (title, list) => {
  it('computes in onnxruntime what the training forward computed', async () => {
    const recipe = meanRecipe({ network: { inputs: { x: 3 }, layers: list, outputs: ['y'] }, epochs: 2 });
    const { modelFolder } = await exported(recipe, title.replace(/\W+/g, '-').toLowerCase());
    const manifest = parseManifest(JSON.parse(readFileSync(join(modelFolder, 'manifest.json'), 'utf8')));
    for (const { path, bytes, sha256 } of Object.values(manifest.files)) {
      const content = readFileSync(join(modelFolder, path));
      expect(content.length).toBe(bytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    const parity: ParityFile = JSON.parse(readFileSync(join(modelFolder, 'parity.json'), 'utf8'));
    expect(parity.cases.length).toBeGreaterThan(1);
    for (const dtype of ['float32', 'int8'] as const) {
      const bytes = readFileSync(join(modelFolder, manifest.files[dtype].path));
      // float32 rounding over at most 9 steps of unit size.
      expect(await farthest(bytes, parity, dtype)).toBeLessThan(1e-5);
    }
    // int8 moves the outputs, but by little.
    const [first] = parity.cases;
    const apart = first!.outputs.float32.y!.data.map((value, i) =>
      Math.abs(value - first!.outputs.int8.y!.data[i]!),
    );
    expect(Math.max(...apart)).toBeGreaterThan(0);
    expect(Math.max(...apart)).toBeLessThan(0.03);
    expect(manifest.figures['int8.mse']).toBeCloseTo(manifest.figures.mse!, 2);
  });
});

describe('exportModel', () => {
  const windows = parseRecipe({
    ...meanRecipe({ epochs: 2 }),
    network: {
      inputs: { x: 3 },
      layers: [
        { op: 'conv1d', name: 'windows', in: 'x', units: 6, kernel: 3, activation: 'relu' },
        { op: 'lstm', name: 'up', hidden: 8, bidirectional: true },
        { op: 'dropout', rate: 0.1 },
        { op: 'dense', name: 'left', units: 4 },
        { op: 'dense', name: 'right', in: 'up', units: 4 },
        { op: 'concat', in: 'left', with: ['right'] },
        { op: 'gru', name: 'down', hidden: 8 },
        { op: 'dense', name: 'y', units: 1 },
      ],
      outputs: ['y'],
    },
  });
  it('writes ranges of activations that onnxruntime rounds in', async () => {
    const options = await exported(windows, 'ranges');
    const plain = readFileSync(join(options.modelFolder, 'model.int8.onnx'));
    for (const ranges of [
      { method: 'mse', bits: 8 },
      { method: 'minmax', bits: 16 },
    ] as const) {
      const modelFolder = join(folder, `ranges-${ranges.bits}`);
      await exportModel({ ...options, modelFolder, ranges });
      const read = (path: string) => readFileSync(join(modelFolder, path));
      const bytes = read('model.int8.onnx');
      const int8 = readOnnx(bytes);
      const zeros = int8.graph.initializers.filter((tensor) => tensor.name.endsWith('.range.zero'));
      // Once each, whoever reads: both dense layers read the LSTM's, through the dropout and past it.
      const tensors = ['windows.x', 'windows', 'up', 'concat5', 'down'];
      expect(zeros.map((tensor) => tensor.name)).toEqual(tensors.map((tensor) => `${tensor}.range.zero`));
      expect(new Set(zeros.map(({ type }) => type))).toEqual(new Set([`int${ranges.bits}`]));
      expect(readOnnx(read('model.onnx')).graph.nodes.some(({ op }) => op === 'QuantizeLinear')).toBe(false);
      const parity: ParityFile = JSON.parse(read('parity.json').toString());
      expect(await farthest(bytes, parity, 'int8')).toBeLessThan(1e-5);
      // Without the ranges it is another result.
      expect(await farthest(plain, parity, 'int8')).toBeGreaterThan(ranges.bits === 8 ? 1e-3 : 1e-6);
      expect(read('CARD.md').toString()).toContain(
        `activations of ${ranges.bits} bits\nin ranges calibrated on training samples (${ranges.method})`,
      );
      // And they come back: the weights of the network, ranges or none.
      const plan = planNetwork(windows.network);
      expect(importWeights(plan, int8)).toEqual(importWeights(plan, readOnnx(plain)));
    }
  });

  it('leaves the 7 bits that a run was trained for where ranges say otherwise', async () => {
    const recipe = meanRecipe({ epochs: 1, quantise: { activations: 7 } });
    const { modelFolder } = await exported(recipe, 'other-bits', { ranges: { method: 'minmax', bits: 8 } });
    const { metadata } = readOnnx(readFileSync(join(modelFolder, 'model.int8.onnx')));
    expect(metadata).not.toHaveProperty('rivulet.dtype');
  });

  it('tells an engine of 7-bit activations of weights that were trained for it', async () => {
    const recipe = meanRecipe({ epochs: 12, quantise: { activations: 7 } });
    const { modelFolder, runFolder } = await exported(recipe, 'seven-bits');
    const read = (path: string) => readOnnx(readFileSync(join(modelFolder, path)));
    expect(read('model.int8.onnx').metadata).toMatchObject({ 'rivulet.dtype': 'int8a7' });
    expect(read('model.onnx').metadata).not.toHaveProperty('rivulet.dtype');
    const { figures } = parseManifest(JSON.parse(readFileSync(join(modelFolder, 'manifest.json'), 'utf8')));
    const best = readCheckpoint(join(runFolder, 'best.ckpt')).best!;
    // Validation judged what the engine will compute, not the float32 weights behind it.
    expect(figures['int8.mse']).toBeCloseTo(best.mse!, 5);
    expect(Math.abs(figures.mse! - best.mse!)).toBeGreaterThan(1e-6);
    expect(best.mse).toBeLessThan(0.1);
  });

  // /dev/full takes no byte: what is led there meets the very error of a full disk.
  it.skipIf(!existsSync('/dev/full'))('leaves the model that is there where the disk is full', async () => {
    const options = await exported(meanRecipe({ epochs: 1 }), 'full');
    const { modelFolder } = options;
    const files = () => readdirSync(modelFolder).map((name) => [name, readFileSync(join(modelFolder, name))]);
    const before = files();
    expect(before).toHaveLength(6);
    const recipe = meanRecipe({ epochs: 2 });
    await train({ ...options, recipe, variant: 'plain' });
    const last = join(modelFolder, 'manifest.json');
    symlinkSync('/dev/full', `${last}.${process.pid}.tmp`);
    const again = { ...options, recipe };
    await expect(exportModel(again)).rejects.toMatchObject({ code: 'STORAGE_FULL', details: { path: last } });
    expect(files()).toEqual(before);
    await exportModel(again);
    expect(files().map(([name]) => name)).toEqual(before.map(([name]) => name));
    expect(files()).not.toEqual(before);
  });

  it('writes a card with figures and attribution, and the same bytes again', async () => {
    const options = await exported(meanRecipe({ epochs: 1 }), 'again');
    const read = (path: string) => readFileSync(join(options.modelFolder, path));
    const files = ['manifest.json', 'model.onnx', 'model.int8.onnx', 'parity.json', 'CARD.md'];
    const before = files.map(read);
    await exportModel(options);
    expect(files.map(read)).toEqual(before);
    const card = read('CARD.md').toString();
    for (const part of ['mse', 'int8.mse', 'seed 7', 'commit `abc`', 'drawn from a seed'])
      expect(card).toContain(part);
    const train = JSON.parse(read('train.json').toString());
    expect(parseRecipe(train)).toEqual(options.recipe);
    // One that says the same is left as its author wrote it; any other would not be the model's.
    writeFileSync(join(options.modelFolder, 'train.json'), JSON.stringify(train));
    await exportModel(options);
    expect(read('train.json').toString()).toBe(JSON.stringify(train));
    writeFileSync(join(options.modelFolder, 'train.json'), JSON.stringify({ ...train, seed: 8 }));
    await exportModel(options);
    expect(JSON.parse(read('train.json').toString())).toEqual(train);
    await expect(exportModel({ ...options, recipe: meanRecipe({ epochs: 2 }) })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
    });
  });
});
