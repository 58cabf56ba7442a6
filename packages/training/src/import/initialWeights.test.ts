import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnnx } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../checkpoint/checkpoint.ts';
import { exportModel } from '../export/exportModel.ts';
import { meanRecipe, meanTask } from '../fixtures/recipes.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { type TrainOptions, train } from '../trainer.ts';
import { importWeights } from './importWeights.ts';

let folder: string;
let model: string;
const options = (name: string, change = {}): TrainOptions => ({
  recipe: meanRecipe({ epochs: 2, ...change }),
  task: meanTask,
  dataFolder: folder,
  runFolder: join(folder, name),
  variant: 'plain',
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-init-'));
  const run = options('first');
  await train(run);
  model = join(folder, 'model');
  await exportModel({ ...run, name: 'mean', modelFolder: model, commit: 'abc', date: '2026-01-01' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run that begins with a model', () => {
  it.each(['model.onnx', 'model.int8.onnx'])(
    'takes the very weights of %s, and goes on from there',
    async (name) => {
      const path = join(model, name);
      const run = options(`from-${name}`);
      // No step is taken: what is saved is what it began with.
      await train({ ...run, init: path, stopAfter: 0 });
      const last = readCheckpoint(join(run.runFolder, 'last.ckpt'));
      const imported = importWeights(planNetwork(run.recipe.network), readOnnx(readFileSync(path)));
      expect(last.vectors.weights).toEqual(imported);
      expect(last.vectors.average).toEqual(imported);
      if (name === 'model.onnx') {
        expect(imported).toEqual(readCheckpoint(join(folder, 'first/best.ckpt')).vectors.weights);
      }
      await train({ ...run, resume: true, stopAfter: 6 });
      const { init, sessions } = JSON.parse(readFileSync(join(run.runFolder, 'run.json'), 'utf8'));
      expect(init).toEqual({ path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') });
      expect(sessions.length).toBeGreaterThan(0);
    },
  );

  it('may be said by the recipe', async () => {
    const run = options('by-recipe', { init: join(model, 'model.onnx') });
    const notes: unknown[] = [];
    await train({
      ...run,
      stopAfter: 1,
      onEvent: (event) => event.kind === 'start' && notes.push(event.notes),
    });
    expect(notes).toEqual([expect.objectContaining({ 'begins with the weights of': run.recipe.init })]);
  });

  it('is refused with the node that does not fit, or the file that is no model', async () => {
    const wide = meanRecipe().network.layers.map((layer) =>
      layer.op === 'gru' ? { ...layer, hidden: 9 } : layer,
    );
    const other = options('other', { network: { ...meanRecipe().network, layers: wide } });
    await expect(train({ ...other, init: join(model, 'model.onnx') })).rejects.toMatchObject({
      code: 'MODEL_SHAPE',
      message: expect.stringMatching(/model\.onnx: The model is not of this network: .*second/),
    });
    const junk = join(folder, 'junk.onnx');
    writeFileSync(junk, Buffer.from([1, 2, 3, 255]));
    await expect(train({ ...options('junk'), init: junk })).rejects.toMatchObject({ code: 'ONNX_PARSE' });
    await expect(train({ ...options('none'), init: join(folder, 'none.onnx') })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      details: { path: join(folder, 'none.onnx') },
    });
  });
});
