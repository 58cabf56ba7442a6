/** Figures of a run's best weights, kept in its folder. */
import { RivuletError } from '@rivulet/core';
import { loadTrainKernels } from '@rivulet/kernels/train';
import type { TaskSource } from '../parallel/protocol.ts';
import type { Recipe } from '../recipe.ts';
import { openTask } from '../tasks/openTask.ts';
import { combinedHash, dataHashes } from './dataHashes.ts';
import { measureWeights } from './measureWeights.ts';
import { readBest } from './readRun.ts';
import { RunFolder } from './runFolder.ts';

export interface EvaluateOptions {
  readonly recipe: Recipe;
  readonly task?: TaskSource;
  readonly dataFolder: string;
  readonly runFolder: string;
  /** `test` measures on the official test split, where the task's data has one: once, after all choices. */
  readonly split?: 'val' | 'test';
}

/** evaluation.json */
export interface Evaluation {
  readonly format: 1;
  /** ISO 8601 */
  readonly time: string;
  readonly split: 'val' | 'test';
  readonly samples: number;
  /** sha256 over the files of the data. */
  readonly data: string;
  /** Step of the weights. */
  readonly step: number;
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * @throws CHECKPOINT_INVALID without a best checkpoint of this recipe
 * @throws DATA_INVALID for a test split that the task's data does not have
 */
export async function evaluateRun(options: EvaluateOptions): Promise<Evaluation> {
  const { recipe, dataFolder, runFolder, split = 'val' } = options;
  const { plan, checkpoint, weights } = readBest(runFolder, recipe);
  const task = await openTask(options.task ?? { name: recipe.task });
  if (split === 'test' && !task.prepareTest) {
    throw new RivuletError('DATA_INVALID', `The data of ${recipe.task} has no test split of its own`, {
      split,
    });
  }
  const prepare = split === 'test' ? task.prepareTest! : task.prepare;
  const data = await prepare.call(task, recipe, dataFolder);
  const evaluation: Evaluation = {
    format: 1,
    time: new Date().toISOString(),
    split,
    samples: data.valCount,
    data: combinedHash(await dataHashes(data.files ?? [], dataFolder)),
    step: checkpoint.step,
    figures: measureWeights(await loadTrainKernels(), plan, recipe, data, weights),
  };
  new RunFolder(runFolder).writeEvaluation(evaluation, split);
  return evaluation;
}
