/** What a run's folder says of it: its recipe and where its data lay, and its best weights. */
import { readFileSync } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import { type Checkpoint, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { recipeHash } from '../checkpoint/recipeHash.ts';
import { type NetworkPlan, planNetwork } from '../nn/networkPlan.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import { RunFolder, type RunRecord } from './runFolder.ts';

export interface BestOfRun {
  readonly plan: NetworkPlan;
  readonly checkpoint: Checkpoint;
  /** [plan.floats] */
  readonly weights: Float32Array;
}

export interface RecordedRun {
  readonly recipe: Recipe;
  /** Runs of before it was written down have none. */
  readonly dataFolder?: string | undefined;
}

/** @throws RECIPE_INVALID where there is no run, or its recipe.json is none */
export function readRun(runFolder: string): RecordedRun {
  const record = readJson(RunFolder.fileIn(runFolder, 'record')) as Partial<RunRecord> | null;
  const dataFolder = typeof record?.dataFolder === 'string' ? record.dataFolder : undefined;
  return { recipe: parseRecipe(readJson(RunFolder.fileIn(runFolder, 'recipe'))), dataFolder };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const message = `There is no run: ${path} cannot be read: ${(cause as Error).message}`;
    throw new RivuletError('RECIPE_INVALID', message, { path }, cause);
  }
}

/** @throws CHECKPOINT_INVALID without a best checkpoint of this recipe */
export function readBest(runFolder: string, recipe: Recipe): BestOfRun {
  const plan = planNetwork(recipe.network);
  const path = RunFolder.fileIn(runFolder, 'best');
  const checkpoint = readCheckpoint(path);
  const weights = checkpoint.vectors.weights;
  const expected = recipeHash(recipe);
  if (checkpoint.recipeHash === expected && weights?.length === plan.floats) {
    return { plan, checkpoint, weights };
  }
  throw new RivuletError('CHECKPOINT_INVALID', `${path} was made by another recipe or other --epochs`, {
    path,
    expected,
    got: checkpoint.recipeHash,
  });
}
