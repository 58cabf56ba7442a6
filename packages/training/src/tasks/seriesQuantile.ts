/**
 * The forecaster's task: windows of many sensors in, nine quantiles per future step out, pinball loss in units of
 * each sensor's own seasonal error, so that a sensor in pascals and one in kilowatts weigh alike.
 */

import {
  contextFeatureCount,
  futureFeatureCount,
  RivuletError,
  SERIES_CANDIDATES,
  SERIES_FEATURE_VERSION,
  type SeriesFeatureOptions,
} from '@rivulet/core';
import * as v from 'valibot';
import { sensorAttributions, sensorFiles } from '../data/series/sensorSets.ts';
import { parseOptions } from '../parseOptions.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { count } from '../recipeValues.ts';
import type { Task, TaskManifest } from '../task.ts';
import { planWindows } from '../windows/planWindows.ts';
import { SensorSetRecipe, sensorParts } from '../windows/sensorParts.ts';
import { checkOutput } from './sequence/checkNetwork.ts';
import { FORECAST_LEVELS, SeriesQuantileData } from './seriesQuantileData.ts';

const chance = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const DataRecipe = v.strictObject({
  sets: v.pipe(v.array(SensorSetRecipe), v.minLength(1)),
  /** Windows of an epoch and of a validation. */
  windows: count,
  valWindows: count,
  disturb: v.optional(
    v.strictObject({
      gaps: v.optional(chance, 0),
      short: v.optional(chance, 0),
      seasonless: v.optional(chance, 0),
      mirror: v.optional(chance, 0),
    }),
    {},
  ),
});

const FeatureRecipe = v.strictObject({ segment: count, context: count, horizon: count, seasons: count });

function optionsOf(recipe: Recipe): {
  data: v.InferOutput<typeof DataRecipe>;
  features: SeriesFeatureOptions;
} {
  const data = parseOptions(DataRecipe, recipe.data, 'data');
  const features = parseOptions(FeatureRecipe, recipe.features, 'features');
  const expected = { context: contextFeatureCount(features), future: futureFeatureCount(features) };
  for (const [name, size] of Object.entries(expected)) {
    if (recipe.network.inputs[name] === size) continue;
    const key = `network.inputs.${name}`;
    const message = `The recipe's ${key} must be ${size} for these features`;
    throw new RivuletError('RECIPE_INVALID', message, {
      key,
      expected: size,
      got: recipe.network.inputs[name],
    });
  }
  return { data, features };
}

const rawColumns = ({ segment }: SeriesFeatureOptions): number =>
  segment * (FORECAST_LEVELS.length + SERIES_CANDIDATES);

function checkRaw(recipe: Recipe, features: SeriesFeatureOptions): void {
  const { outputs } = recipe.network;
  if (outputs.length !== 1 || outputs[0] !== 'raw') {
    throw new RivuletError(
      'RECIPE_INVALID',
      `The recipe's network.outputs must be raw alone, not ${outputs}`,
      {
        ...{ key: 'network.outputs', expected: ['raw'], got: outputs },
      },
    );
  }
  const why = `${FORECAST_LEVELS.length} quantiles and ${SERIES_CANDIDATES} candidates for each reading of a segment`;
  checkOutput(recipe, rawColumns(features), why);
}

async function prepare(recipe: Recipe, dataFolder: string): Promise<SeriesQuantileData> {
  const { data, features } = optionsOf(recipe);
  checkRaw(recipe, features);
  const parts = await sensorParts(data.sets, dataFolder);
  const steps = features.horizon * features.segment;
  const sets = data.sets.map(({ set }) => set);
  const train = planWindows(parts.train, data.windows, steps);
  const val = planWindows(parts.val, data.valWindows, steps);
  const files = await sensorFiles(sets, dataFolder);
  return new SeriesQuantileData({ features, disturb: data.disturb, sets, files }, train, val);
}

function manifest(recipe: Recipe): TaskManifest {
  const { data, features } = optionsOf(recipe);
  return {
    task: 'series-quantiles',
    featureVersion: SERIES_FEATURE_VERSION,
    features: { ...features },
    inputs: [
      { name: 'context', shape: [features.context, 'B', contextFeatureCount(features)] },
      { name: 'future', shape: ['M', 'B', futureFeatureCount(features)] },
    ],
    outputs: [{ name: 'raw', shape: ['M', 'B', rawColumns(features)] }],
    head: { kind: 'quantiles', levels: [...FORECAST_LEVELS] },
    licence: 'Apache-2.0',
    attribution: sensorAttributions(data.sets.map(({ set }) => set)).join(' '),
  };
}

export const seriesQuantile: Task = {
  prepare,
  manifest,
  parity(_recipe, data) {
    const own = data as SeriesQuantileData;
    const indices = [0, 0.3, 0.6, 0.9].map((part) => Math.floor(part * own.valCount));
    return [own.batch('val', indices, Random.fromSeed(0))];
  },
  card(recipe, data) {
    const { sets, options, trainCount } = data as SeriesQuantileData;
    return [
      `Forecasts nine quantiles (0.1 to 0.9) of the next ${options.horizon * options.segment} readings of any sensor`,
      `from its last ${options.context * options.segment} and from what ${options.seasons} earlier seasons read.`,
      '',
      `Data: ${sensorAttributions(sets).join(' ')}`,
      `${splitInWords(optionsOf(recipe).data.sets)} ${trainCount} windows an epoch.`,
      '',
      'Figures: `sql` is the scaled quantile loss (twice the pinball loss over the mean absolute seasonal difference',
      'of the past), `ratio` divides it by that of the seasonal naive with normal intervals.',
      'Not for alarms that protect people or plant: the quantiles are calibrated on the sensors named here.',
    ].join('\n');
  },
};

function splitInWords(sets: readonly SensorSetRecipe[]): string {
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const splits = new Set(
    sets.map(({ train, val }) =>
      train < val
        ? `the first ${percent(train)} of a series train, what follows up to ${percent(val)} chooses the checkpoint` +
          (val < 1 ? ', the rest is not touched before the closing figures' : '')
        : `the first ${percent(train)} train and their last tenth is watched`,
    ),
  );
  return `By time: ${[...splits].join('; ')}.`;
}
