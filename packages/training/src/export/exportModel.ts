/**
 * From the best checkpoint of a run to the folder models/<name>/: float32 and int8 ONNX, parity cases, the
 * manifest with hashes and measured figures, and the card. Where one finds no room, a model that is there stays.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DTYPE_PROPERTY, type Manifest, parseManifest, writeOnnx } from '@rivulet/core';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { recipeHash } from '../checkpoint/recipeHash.ts';
import { type NewFile, writeTogether } from '../checkpoint/writeDurably.ts';
import { Network } from '../nn/network.ts';
import type { TaskSource } from '../parallel/protocol.ts';
import { calibrate, chooseRanges } from '../quantise/calibrate.ts';
import type { RangeChoice } from '../quantise/chooseRange.ts';
import { int8Network } from '../quantise/int8Network.ts';
import { quantiseNetwork } from '../quantise/quantiseNetwork.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import type { Evaluation } from '../run/evaluateRun.ts';
import { makeFolder } from '../run/makeFolder.ts';
import { measureWeights } from '../run/measureWeights.ts';
import { readBest } from '../run/readRun.ts';
import { openTask } from '../tasks/openTask.ts';
import { modelCard } from './modelCard.ts';
import { parityCases } from './parityCases.ts';
import { toOnnx } from './toOnnx.ts';

/** The recipe that made a model stands beside it. */
const RECIPE = 'train.json';

export interface ExportOptions {
  readonly name: string;
  readonly recipe: Recipe;
  readonly task?: TaskSource;
  readonly dataFolder: string;
  /** Holds best.ckpt. */
  readonly runFolder: string;
  /** models/<name>/ */
  readonly modelFolder: string;
  /** Commit of the code that exports; the checkpoint's own, that which trained, comes before it. */
  readonly commit: string;
  /** What the run's end measured of these weights; absent: it is measured here. */
  readonly evaluation?: Evaluation | undefined;
  /** The int8 file rounds activations in ranges that are calibrated like this; absent: as its reader rounds them. */
  readonly ranges?: RangeChoice | undefined;
  /** Day of the export, YYYY-MM-DD. */
  readonly date: string;
}

/**
 * @throws CHECKPOINT_INVALID without a best checkpoint of this recipe, ARGUMENT where the model's folder cannot be made,
 *   STORAGE_FULL
 */
export async function exportModel(options: ExportOptions): Promise<Manifest> {
  const { name, recipe, runFolder, modelFolder, dataFolder } = options;
  const { plan, checkpoint, weights } = readBest(runFolder, recipe);
  const task = await openTask(options.task ?? { name: recipe.task });
  const data = await task.prepare(recipe, dataFolder);
  const kernels = await loadTrainKernels();
  const quantised = quantiseNetwork(plan, weights);
  const { method, bits } = options.ranges ?? {};
  const ranges = method && bits && chooseRanges(calibrate(kernels, recipe, data, weights), method, bits);
  const measured = ranges ? undefined : options.evaluation?.figures;
  const figures = {
    ...(measured ?? measureWeights(kernels, plan, recipe, data, weights, ranges)),
    parameters: plan.parameters.reduce((sum, { size }) => sum + size, 0),
  };

  const own = task.manifest(recipe, data);
  const shapes = Object.fromEntries(
    [...own.inputs, ...own.outputs].map((value) => [value.name, value.shape]),
  );
  const onnx = { name, plan, weights, shapes };
  const metadata = { licence: own.licence, featureVersion: own.featureVersion };
  const float32 = writeOnnx(toOnnx({ ...onnx, metadata }));
  const network = int8Network(kernels, recipe, ranges);
  // Ranges of its own say what is rounded: the file then asks for no other rounding.
  const sevenBits: Record<string, string> = recipe.quantise && !ranges ? { [DTYPE_PROPERTY]: 'int8a7' } : {};
  const int8 = writeOnnx(
    toOnnx({ ...onnx, plan: network.plan, metadata: { ...metadata, ...sevenBits }, quantised }),
  );
  const cases = parityCases(task.parity(recipe, data), {
    float32: { network: new Network(kernels, plan), weights },
    int8: { network, weights: quantised.restored },
  });
  const parity = json(cases);

  const manifest = parseManifest({
    format: 1,
    name,
    version: recipe.version,
    ...own,
    files: {
      float32: file('model.onnx', float32),
      int8: file('model.int8.onnx', int8),
      parity: file('parity.json', parity),
    },
    training: {
      recipe: RECIPE,
      seed: recipe.seed,
      commit: checkpoint.commit ?? options.commit,
      date: options.date,
      steps: checkpoint.step,
      data: own.attribution,
    },
    figures,
  });
  makeFolder(modelFolder);
  const card = modelCard(manifest, recipe, checkpoint, options.ranges, task.card?.(recipe, data));
  const made = (path: string, bytes: Uint8Array): NewFile => ({
    path: join(modelFolder, path),
    parts: [bytes],
  });
  writeTogether([
    ...(holdsRecipe(modelFolder, recipe) ? [] : [made(RECIPE, json(recipe, 2))]),
    made('model.onnx', float32),
    made('model.int8.onnx', int8),
    made('parity.json', parity),
    made('CARD.md', Buffer.from(card)),
    // Last: a folder without its manifest is no model, one with the old manifest refuses the new files.
    made('manifest.json', json(manifest, 2)),
  ]);
  return manifest;
}

function json(value: object, indent?: number): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, indent)}\n`);
}

function holdsRecipe(folder: string, recipe: Recipe): boolean {
  try {
    const there = parseRecipe(JSON.parse(readFileSync(join(folder, RECIPE), 'utf8')));
    return recipeHash(there) === recipeHash(recipe);
  } catch {
    return false;
  }
}

function file(path: string, bytes: Uint8Array): { path: string; bytes: number; sha256: string } {
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
