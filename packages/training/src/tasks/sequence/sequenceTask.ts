/** A task whose data is the user's own: all of it that is the same whatever it learns. */
import * as v from 'valibot';
import { parseOptions } from '../../parseOptions.ts';
import type { Recipe } from '../../recipe.ts';
import type { Task, TaskData, TaskManifest } from '../../task.ts';
import { checkLongEnough } from '../checkLongEnough.ts';
import { parityBatches } from './sequenceData.ts';
import { fileKeys } from './sequenceFiles.ts';

type Shape = TaskManifest['inputs'][number]['shape'];

export interface SequenceTask<D extends TaskData> {
  /**
   * @param split what stands as the validation part
   * @throws RECIPE_INVALID, DATA_INVALID
   */
  prepare(recipe: Recipe, dataFolder: string, split: 'val' | 'test'): Promise<D>;
  /** The manifest's part that only the task knows; the shapes stand in the order of the recipe's names. */
  manifest(
    data: D,
    recipe: Recipe,
  ): Pick<TaskManifest, 'task' | 'featureVersion' | 'features' | 'head'> & {
    readonly inputs: readonly Shape[];
    readonly output: Shape;
  };
  card(data: D, recipe: Recipe): string;
  /** As of the `Task`. */
  readonly vectors?: Task['vectors'];
}

/** @returns the task as the trainer takes it, which hands back to it the very data that it prepared */
export function sequenceTask<D extends TaskData>(own: SequenceTask<D>): Task {
  const { manifest, card, vectors } = own;
  const prepare = async (recipe: Recipe, dataFolder: string, split: 'val' | 'test'): Promise<D> => {
    const data = await own.prepare(recipe, dataFolder, split);
    checkLongEnough(recipe, data, vectors?.(recipe));
    return data;
  };
  return {
    dataBesideRecipe: true,
    ...(vectors ? { vectors } : {}),
    prepare: (recipe, dataFolder) => prepare(recipe, dataFolder, 'val'),
    prepareTest: (recipe, dataFolder) => prepare(recipe, dataFolder, 'test'),
    manifest(recipe, data) {
      const { source, licence } = parseOptions(v.object(fileKeys), recipe.data, 'data');
      const { task, featureVersion, features, inputs, output, head } = manifest(data as D, recipe);
      const names = Object.keys(recipe.network.inputs);
      return {
        task,
        featureVersion,
        features,
        inputs: inputs.map((shape, i) => ({ name: names[i]!, shape })),
        outputs: [{ name: recipe.network.outputs[0]!, shape: output }],
        head,
        licence,
        attribution: source,
      };
    },
    parity: (_, data) => parityBatches(data),
    card: (recipe, data) => card(data as D, recipe),
  };
}
