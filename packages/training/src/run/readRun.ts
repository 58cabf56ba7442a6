/** The best weights of a run, held against the recipe that it is said to be of. */
import { RivuletError } from '@rivulet/core';
import { type Checkpoint, readCheckpoint } from '../checkpoint/checkpoint.ts';
import { recipeHash } from '../checkpoint/recipeHash.ts';
import { type NetworkPlan, planNetwork } from '../nn/networkPlan.ts';
import type { Recipe } from '../recipe.ts';
import { RunFolder } from './runFolder.ts';

export interface BestOfRun {
  readonly plan: NetworkPlan;
  readonly checkpoint: Checkpoint;
  /** [plan.floats] */
  readonly weights: Float32Array;
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
