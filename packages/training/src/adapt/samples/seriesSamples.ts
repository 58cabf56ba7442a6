/**
 * A person's own series: each is cut in time, the past to learn from and the last part to judge by, for windows of
 * one stretch overlap and a draw would let training see what it is judged by.
 */
import { detectSeason, RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { parseOptions } from '../../parseOptions.ts';
import { count } from '../../recipeValues.ts';
import type { TaskData } from '../../task.ts';
import { SeriesQuantileData } from '../../tasks/seriesQuantileData.ts';
import { planWindows, type SensorPart } from '../../windows/planWindows.ts';
import type { AdaptSample, SeriesSample } from '../api.ts';
import type { OpenSamples } from './ownSamples.ts';

const Features = v.object({ segment: count, context: count, horizon: count, seasons: count });
const chance = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0);
const DataRecipe = v.object({
  disturb: v.optional(v.object({ gaps: chance, short: chance, seasonless: chance, mirror: chance })),
});

/** A window every so many steps, and not more of them than this: neighbours are nearly the same. */
const EVERY = 6;
const MOST_WINDOWS = 256;

export const seriesSamples: OpenSamples = (samples, { manifest, recipe, heldOut }): TaskData => {
  const features = parseOptions(Features, manifest.features, 'features');
  const { disturb } = parseOptions(DataRecipe, recipe.data, 'data');
  const horizon = features.horizon * features.segment;
  const parts = samples.map((sample, i) => partsOf(sample, i, heldOut));
  const windows = (which: 'train' | 'val') => {
    const chosen = parts.map((part) => part[which]);
    const steps = chosen.reduce((all, { from, to }) => all + to - from, 0);
    return planWindows(chosen, Math.min(MOST_WINDOWS, Math.max(8, Math.round(steps / EVERY))), horizon);
  };
  // A mirrored sensor is another sensor; this is about one's own.
  const own = disturb && { ...disturb, mirror: 0, seasonless: 0 };
  return new SeriesQuantileData({ features, disturb: own }, windows('train'), windows('val'));
};

function partsOf(sample: AdaptSample, i: number, heldOut: number): Record<'train' | 'val', SensorPart> {
  const { y, season } = sample as Partial<SeriesSample>;
  const n = y?.length;
  if (typeof n !== 'number' || (season !== undefined && !(Number.isInteger(season) && season > 0))) {
    throw new RivuletError('DATA_INVALID', `Sample ${i} is no series with a season of whole steps`, {
      ...{ sample: i, season },
    });
  }
  const values = Float64Array.from(y!);
  const infinite = values.findIndex((value) => Math.abs(value) > 1e30);
  if (infinite >= 0) {
    throw new RivuletError('SERIES_INVALID', `Step ${infinite} of sample ${i} is ${values[infinite]}`, {
      ...{ sample: i, step: infinite, value: values[infinite] },
    });
  }
  const series = {
    ...{ set: 'own', name: String(i), stepSeconds: 1, y: values },
    season: season ?? detectSeason(values),
  };
  const cut = Math.floor(n * (1 - heldOut));
  return {
    train: { series, from: 0, to: cut, weight: cut },
    val: { series, from: cut, to: n, weight: n - cut },
  };
}
