/** What adapting asks of the person's samples, whatever they are: types only. */
import type { Manifest } from '@rivulet/core';
import type { Recipe } from '../../recipe.ts';
import type { TaskData } from '../../task.ts';
import type { AdaptSample } from '../api.ts';

export interface SampleOptions {
  readonly manifest: Manifest;
  readonly recipe: Recipe;
  /** Part that judges, in (0, 1). */
  readonly heldOut: number;
  readonly seed: number;
}

/**
 * Checks the samples and splits them: `train` is what is learned from, `val` what is held out.
 * @throws DATA_INVALID, INK_INVALID or SERIES_INVALID naming the sample, or when there are too few to split
 */
export type OpenSamples = (samples: readonly AdaptSample[], options: SampleOptions) => TaskData;
