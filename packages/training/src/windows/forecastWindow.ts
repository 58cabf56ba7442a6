/**
 * Cuts one window for the forecaster: features of the past, normalised targets. Training disturbs the past on
 * purpose (silent stretches, a short memory, an unknown season, a mirrored sensor), because a user's sensor has
 * all of these.
 */

import { type SeriesFeatureOptions, type SeriesFeatures, seriesFeatures, seriesReach } from '@rivulet/core';
import type { PlannedWindow } from './planWindows.ts';

/** Probabilities, each drawn by itself for every window. */
export interface Disturbance {
  /** A few stretches of the past go missing. */
  readonly gaps: number;
  /** Only part of the usual past is there. */
  readonly short: number;
  /** The season is not told. */
  readonly seasonless: number;
  /** y becomes -y. */
  readonly mirror: number;
}

export interface ForecastWindow {
  readonly features: SeriesFeatures;
  /** [M * L] normalised, NaN = missing. */
  readonly target: Float32Array;
  /** Normalised units -> units of the seasonal error; 0 for a window that teaches nothing. */
  readonly weight: number;
}

/** A window of a sensor that hardly moved before would outweigh a whole batch. */
const HEAVIEST = 20;

/**
 * @param random uniform in [0, 1); absent = undisturbed and at the planned origin (validation)
 */
export function forecastWindow(
  { series, origin, slack, error }: PlannedWindow,
  options: SeriesFeatureOptions,
  disturbance?: Disturbance,
  random?: () => number,
): ForecastWindow {
  const steps = options.horizon * options.segment;
  const at = random === undefined ? origin : origin + Math.floor(random() * (slack + 1));
  let season = series.season;
  let sign = 1;
  let past = series.y.subarray(Math.max(0, at - seriesReach(season, options)), at);
  if (random !== undefined && disturbance !== undefined) {
    if (random() < disturbance.short) past = shortened(past, options.segment, random);
    if (random() < disturbance.seasonless) season = 1;
    if (random() < disturbance.mirror) sign = -1;
    if (random() < disturbance.gaps) past = withGaps(past, options.segment * options.context, random);
    if (sign < 0) past = past.map((value) => -value);
  }
  const features = seriesFeatures(past, season, options);
  const target = new Float32Array(steps);
  let observed = 0;
  for (let h = 0; h < steps; h++) {
    target[h] = (sign * (series.y[at + h] ?? Number.NaN) - features.loc) / features.scale;
    if (Number.isFinite(target[h]!)) observed++;
  }
  const weight = observed === 0 || features.scale === 0 ? 0 : Math.min(HEAVIEST, features.scale / error);
  return { features, target, weight };
}

/** Keeps a random length between one segment and all, short ones as likely as long ones. */
function shortened(past: Float64Array, segment: number, random: () => number): Float64Array {
  if (past.length <= segment) return past;
  const length = Math.round(segment * (past.length / segment) ** random());
  return past.subarray(past.length - length);
}

/** One to four silent stretches, a step to an eighth of the recent past each; sometimes the newest readings. */
function withGaps(past: Float64Array, recent: number, random: () => number): Float64Array {
  const result = past.slice();
  const n = result.length;
  const from = Math.max(0, n - recent);
  const stretches = 1 + Math.floor(random() * 4);
  for (let i = 0; i < stretches; i++) {
    const length = Math.max(1, Math.round(((n - from) / 8) ** random()));
    const start = random() < 0.15 ? n - length : from + Math.floor(random() * Math.max(1, n - from - length));
    result.fill(Number.NaN, start, start + length);
  }
  return result;
}
