/** Windows of sensors as batches for a forecaster: features in, targets beside them, scaled quantile loss and score. */

import {
  contextFeatureCount,
  forecastQuantiles,
  forecastQuantilesGrad,
  futureFeatureCount,
  type SeriesFeatureOptions,
} from '@rivulet/core';
import { pinball } from '../losses/pinball.ts';
import type { Random } from '../random.ts';
import type { Batch, LaneTensors, TaskData } from '../task.ts';
import { type Disturbance, type ForecastWindow, forecastWindow } from '../windows/forecastWindow.ts';
import { naiveScore } from '../windows/naiveScore.ts';
import type { PlannedWindow } from '../windows/planWindows.ts';

export const FORECAST_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** What a batch carries beside the network's inputs. */
interface Target {
  readonly windows: readonly ForecastWindow[];
  /** Per window, only in validation: the seasonal naive's scaled quantile loss. */
  readonly naive?: readonly number[];
}

export interface SeriesDataOptions {
  readonly features: SeriesFeatureOptions;
  /** What training does to the past of a window. */
  readonly disturb?: Disturbance | undefined;
  /** Data sets that the windows come from, and their files. */
  readonly sets?: readonly string[];
  readonly files?: readonly string[];
}

export class SeriesQuantileData implements TaskData {
  readonly trainCount: number;
  readonly valCount: number;
  readonly notes: Record<string, number>;
  readonly options: SeriesFeatureOptions;
  readonly sets: readonly string[];
  readonly files: readonly string[];
  readonly #train: readonly PlannedWindow[];
  readonly #val: readonly PlannedWindow[];
  readonly #disturb: Disturbance | undefined;
  readonly #naive = new Map<number, number>();

  constructor(
    { features, disturb, sets = [], files = [] }: SeriesDataOptions,
    train: readonly PlannedWindow[],
    val: readonly PlannedWindow[],
  ) {
    this.options = features;
    this.files = files;
    this.sets = [...new Set(sets)];
    this.#train = train;
    this.#val = val;
    this.#disturb = disturb;
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
