/** Turns a recipe's list of data sets into sensors with their training and validation parts. */

import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { coarser } from '../data/series/ontoGrid.ts';
import type { SensorSeries } from '../data/series/sensorSeries.ts';
import { loadSensors } from '../data/series/sensorSets.ts';
import { count } from '../recipeValues.ts';
import type { SensorPart } from './planWindows.ts';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** One line of a recipe's `data.sets`. */
export const SensorSetRecipe = v.strictObject({
  set: v.string(),
  /** Share of an epoch relative to the other lines. */
  weight: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  /** Means of this many steps: one set teaches several paces. */
  every: v.optional(count, 1),
  /** Season of the coarser series; default: the set's own divided by `every`. */
  season: v.optional(count),
  /** Rows from here on do not exist: a benchmark's test part. */
  rows: v.optional(count),
  /** Targets of training lie in the first `train` of the series, those of validation between `train` and `val`. */
  train: v.optional(share, 0.6),
  val: v.optional(share, 0.8),
});
export type SensorSetRecipe = v.InferOutput<typeof SensorSetRecipe>;

export interface SensorParts {
  readonly train: SensorPart[];
  readonly val: SensorPart[];
}

/** @param dataFolder holds `series/<set>/`. A weight is shared among the sensors of its set. */
export async function sensorParts(
  recipes: readonly SensorSetRecipe[],
  dataFolder: string,
): Promise<SensorParts> {
  const loaded = new Map<string, SensorSeries[]>();
  const train: SensorPart[] = [];
  const val: SensorPart[] = [];
  for (const recipe of recipes) {
    if (!loaded.has(recipe.set)) loaded.set(recipe.set, await loadSensors(recipe.set, dataFolder));
    const sensors = loaded.get(recipe.set)!.map((series) => atPace(series, recipe));
    for (const series of sensors) {
      const n = series.y.length;
      const weight = recipe.weight / sensors.length;
      const a = Math.floor(n * recipe.train);
      const b = Math.floor(n * recipe.val);
      train.push({ series, from: 0, to: a, weight });
      // a recipe that trains on everything (train = 1) watches the last part it also trains on
      val.push({ series, from: a < b ? a : Math.floor(0.9 * n), to: Math.max(a, b), weight });
    }
  }
  return { train, val };
}

function atPace(series: SensorSeries, { every, season, rows, set }: SensorSetRecipe): SensorSeries {
  const y = rows === undefined ? series.y : series.y.subarray(0, rows);
  const paced = season ?? series.season / every;
  if (!Number.isInteger(paced)) {
    throw new RivuletError('RECIPE_INVALID', `${set}: season ${series.season} is no multiple of ${every}`, {
      set,
      season: series.season,
      every,
    });
  }
  return { ...series, y: coarser(y, every), stepSeconds: series.stepSeconds * every, season: paced };
}
