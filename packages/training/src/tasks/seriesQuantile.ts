/**
 * The forecaster's task: windows of many sensors in, nine quantiles per future step out, pinball loss in units of
 * each sensor's own seasonal error, so that a sensor in pascals and one in kilowatts weigh alike.
 */

import {
  contextFeatureCount,
  forecastQuantiles,
  forecastQuantilesGrad,
  futureFeatureCount,
  RivuletError,
  SERIES_CANDIDATES,
  SERIES_FEATURE_VERSION,
  type SeriesFeatureOptions,
} from '@rivulet/core';
import * as v from 'valibot';
import { sensorAttributions, sensorFiles } from '../data/series/sensorSets.ts';
import { pinball } from '../losses/pinball.ts';
import { parseOptions } from '../parseOptions.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, LaneTensors, Task, TaskData, TaskManifest } from '../task.ts';
import { type ForecastWindow, forecastWindow } from '../windows/forecastWindow.ts';
import { naiveScore } from '../windows/naiveScore.ts';
import { type PlannedWindow, planWindows } from '../windows/planWindows.ts';
import { SensorSetRecipe, sensorParts } from '../windows/sensorParts.ts';

export const FORECAST_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

const chance = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

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

/** What a batch carries beside the network's inputs. */
interface Target {
  readonly windows: readonly ForecastWindow[];
  /** Per window, only in validation: the seasonal naive's scaled quantile loss. */
  readonly naive?: readonly number[];
}

class SeriesQuantileData implements TaskData {
  readonly trainCount: number;
  readonly valCount: number;
  readonly notes: Record<string, number>;
  readonly options: SeriesFeatureOptions;
  readonly sets: readonly string[];
  readonly files: readonly string[];
  readonly #train: readonly PlannedWindow[];
  readonly #val: readonly PlannedWindow[];
  readonly #disturb: v.InferOutput<typeof DataRecipe>['disturb'];
  readonly #naive = new Map<number, number>();

  constructor(
    recipe: v.InferOutput<typeof DataRecipe>,
    options: SeriesFeatureOptions,
    train: readonly PlannedWindow[],
    val: readonly PlannedWindow[],
    files: readonly string[] = [],
  ) {
    this.options = options;
    this.files = files;
    this.sets = [...new Set(recipe.sets.map(({ set }) => set))];
    this.#train = train;
    this.#val = val;
    this.#disturb = recipe.disturb;
    this.trainCount = train.length;
    this.valCount = val.length;
    const sensors = new Set(train.map(({ series }) => series));
    this.notes = {
      sensors: sensors.size,
      'training windows': train.length,
      'validation windows': val.length,
    };
  }

  trainLength(): number {
    return this.options.context;
  }

  sampleName(split: 'train' | 'val', i: number): string {
    const { series, origin } = (split === 'train' ? this.#train : this.#val)[i]!;
    return `${series.set} ${series.name} at ${origin}`;
  }

  batch(split: 'train' | 'val', indices: ArrayLike<number>, random: Random): Batch {
    const windows: ForecastWindow[] = [];
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (split === 'val') {
        windows.push(forecastWindow(this.#val[index]!, this.options));
        continue;
      }
      const own = random.derive(index);
      windows.push(forecastWindow(this.#train[index]!, this.options, this.#disturb, () => own.next()));
    }
    const target: Target =
      split === 'train'
        ? { windows }
        : { windows, naive: Array.from(indices, (index) => this.#naiveOf(index)) };
    return { ...laneInputs(windows, this.options), size: windows.length, target };
  }

  loss(
    outputs: LaneTensors,
    _lengths: Int32Array | undefined,
    batch: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const { windows } = batch.target as Target;
    let sum = 0;
    windows.forEach((window, lane) => {
      sum += this.#windowLoss(outputs.raw!, lane, window, gradients?.raw);
    });
    return { sum, weight: windows.length };
  }

  score(outputs: LaneTensors, _lengths: Int32Array | undefined, batch: Batch): Record<string, number> {
    const { windows, naive } = batch.target as Target;
    const sums = { sql: 0, naive: 0, windows: 0 };
    windows.forEach((window, lane) => {
      if (window.weight === 0) return;
      sums.sql += this.#windowLoss(outputs.raw!, lane, window);
      sums.naive += naive?.[lane] ?? 0;
      sums.windows++;
    });
    return sums;
  }

  figures(sums: Readonly<Record<string, number>>): Record<string, number> & { best: number } {
    const sql = sums.sql! / sums.windows!;
    return { sql, ratio: sums.sql! / sums.naive!, best: sql };
  }

  /** Scaled quantile loss of one lane; adds its gradient to `gradient` [M][L * (Q + C)][lanes]. */
  #windowLoss(
    raw: LaneTensors[string],
    lane: number,
    { features, target, weight }: ForecastWindow,
    gradient?: Float32Array,
  ): number {
    if (weight === 0) return 0;
    const levels = FORECAST_LEVELS.length;
    const own = new Float32Array(raw.T * raw.F);
    for (let i = 0; i < own.length; i++) own[i] = raw.data[i * raw.lanes + lane]!;
    const quantiles = forecastQuantiles(own, features.candidates, levels, target.length);
    const slope = gradient === undefined ? undefined : new Float32Array(quantiles.length);
    const { sum, steps } = pinball(quantiles, target, FORECAST_LEVELS, slope);
    const factor = weight / (steps * levels);
    if (gradient !== undefined && slope !== undefined) {
      for (let i = 0; i < slope.length; i++) slope[i]! *= factor;
      const back = forecastQuantilesGrad(own, features.candidates, levels, target.length, slope);
      for (let i = 0; i < back.length; i++) gradient[i * raw.lanes + lane] = back[i]!;
    }
    return sum * factor;
  }

  #naiveOf(index: number): number {
    let score = this.#naive.get(index);
    if (score === undefined) {
      const { series, origin, error } = this.#val[index]!;
      const steps = this.options.horizon * this.options.segment;
      score = naiveScore(series, origin, steps, FORECAST_LEVELS, error).sql;
      this.#naive.set(index, score);
    }
    return score;
  }
}

/** Windows side by side: context [S][3L][lanes] and future [M][4L + 15][lanes]. */
function laneInputs(
  windows: readonly ForecastWindow[],
  options: SeriesFeatureOptions,
): Pick<Batch, 'lanes' | 'inputs'> {
  const lanes = Math.ceil(windows.length / 8) * 8;
  const sizes = {
    context: { T: options.context, F: contextFeatureCount(options) },
    future: { T: options.horizon, F: futureFeatureCount(options) },
  };
  const build = (name: 'context' | 'future') => {
    const { T, F } = sizes[name];
    const data = new Float32Array(T * F * lanes);
    windows.forEach(({ features }, lane) => {
      const own = features[name];
      for (let i = 0; i < own.length; i++) data[i * lanes + lane] = own[i]!;
    });
    return { data, T, F, lanes };
  };
  return { lanes, inputs: { context: build('context'), future: build('future') } };
}

function optionsOf(recipe: Recipe): {
  data: v.InferOutput<typeof DataRecipe>;
  features: SeriesFeatureOptions;
} {
  const data = parseOptions(DataRecipe, recipe.data, 'data');
  const features = parseOptions(FeatureRecipe, recipe.features, 'features');
  const expected = { context: contextFeatureCount(features), future: futureFeatureCount(features) };
  for (const [name, size] of Object.entries(expected)) {
    if (recipe.network.inputs[name] === size) continue;
    throw new RivuletError('RECIPE_INVALID', `network.inputs.${name} must be ${size} for these features`, {
      key: `network.inputs.${name}`,
      expected: size,
      got: recipe.network.inputs[name],
    });
  }
  return { data, features };
}

async function prepare(recipe: Recipe, dataFolder: string): Promise<SeriesQuantileData> {
  const { data, features } = optionsOf(recipe);
  const parts = await sensorParts(data.sets, dataFolder);
  const steps = features.horizon * features.segment;
  return new SeriesQuantileData(
    data,
    features,
    planWindows(parts.train, data.windows, steps),
    planWindows(parts.val, data.valWindows, steps),
    await sensorFiles(
      data.sets.map(({ set }) => set),
      dataFolder,
    ),
  );
}

function manifest(recipe: Recipe): TaskManifest {
  const { data, features } = optionsOf(recipe);
  const columns = features.segment * (FORECAST_LEVELS.length + SERIES_CANDIDATES);
  return {
    task: 'series-quantiles',
    featureVersion: SERIES_FEATURE_VERSION,
    features: { ...features },
    inputs: [
      { name: 'context', shape: [features.context, 'B', contextFeatureCount(features)] },
      { name: 'future', shape: ['M', 'B', futureFeatureCount(features)] },
    ],
    outputs: [{ name: 'raw', shape: ['M', 'B', columns] }],
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
