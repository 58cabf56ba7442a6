/**
 * The one way a window of a sensor becomes the input of the forecaster, in training and in use.
 *
 * The past is cut into segments of L steps for an encoder; the future is cut the same way for a decoder, whose
 * inputs are what is known in advance: what earlier seasons read at those steps. That is how a network with a
 * short context serves a season of 7, 24, 144 or 1,440 steps alike. Beside the inputs come the candidates, six
 * plain forecasts per step that the network's head mixes (see forecastQuantiles).
 *
 * Everything the network sees is normalised by `scale`; candidates too.
 */

import { RivuletError } from '../errors.ts';
import { impute } from './impute.ts';
import { scale as scaleOf } from './scale.ts';

/** Changes whenever the meaning of a feature does; a manifest carries it and a loader refuses another. */
export const SERIES_FEATURE_VERSION = 'series-1';

/** Plain forecasts per step: season before, mean of seasons, seven seasons before, last, last + season, level. */
export const SERIES_CANDIDATES = 6;

/** Seasons in a long rhythm: seven days for a daily season. */
const LONG = 7;
/** Normalised inputs are cut here: a spike of a broken sensor must not drown the rest of the window. */
const CLIP = 12;
const SCALARS = 15;

export interface SeriesFeatureOptions {
  /** L: steps in a segment. */
  readonly segment: number;
  /** S: segments of the past that the encoder reads. */
  readonly context: number;
  /** M: segments that are forecast at once. */
  readonly horizon: number;
  /** K: past seasons whose mean and deviation the decoder is told. */
  readonly seasons: number;
}

export interface SeriesFeatures {
  /** [S, 3L] row-major, oldest segment first: values, observed flags, values one season before. */
  readonly context: Float32Array;
  /** [M, 4L + 15]: season before, mean and deviation of K seasons, seven seasons before, then scalars. */
  readonly future: Float32Array;
  /** [M * L, 6] plain forecasts, normalised, not cut. */
  readonly candidates: Float32Array;
  /** Level in units of y; y = loc + scale * normalised. */
  readonly loc: number;
  /** Deviation in units of y; 0 for a constant (or empty) window, whose features are all 0. */
  readonly scale: number;
}

/** Inputs per segment of the past. */
export const contextFeatureCount = (options: SeriesFeatureOptions): number => 3 * options.segment;
/** Inputs per segment of the future. */
export const futureFeatureCount = (options: SeriesFeatureOptions): number => 4 * options.segment + SCALARS;

/** Readings that can influence the features; older ones are ignored, so a caller may drop them. */
export function seriesReach(season: number, options: SeriesFeatureOptions): number {
  return Math.max(options.context * options.segment + season, (Math.max(options.seasons, LONG) + 1) * season);
}

/**
 * @param y [n] the past, newest last, NaN = missing; a short past is padded with missing readings.
 * @param season steps of the season, 1 = none.
 */
export function seriesFeatures(
  y: ArrayLike<number>,
  season: number,
  options: SeriesFeatureOptions,
): SeriesFeatures {
  checkOptions(season, options);
  const { segment: L, context: S, horizon: M, seasons: K } = options;
  const start = Math.max(0, y.length - seriesReach(season, options));
  const past = new Float64Array(y.length - start);
  for (let t = 0; t < past.length; t++) past[t] = y[start + t]!;
  const { values, observed, count } = impute(past, { season });
  const { loc, scale } = scaleOf(values, observed, L);
  const context = new Float32Array(S * contextFeatureCount(options));
  const future = new Float32Array(M * futureFeatureCount(options));
  const candidates = new Float32Array(M * L * SERIES_CANDIDATES);
  if (count === 0 || scale === 0) return { context, future, candidates, loc, scale };

  const n = values.length;
  for (let t = 0; t < n; t++) values[t] = (values[t]! - loc) / scale;
  writeContext(context, values, observed, season, options);

  let newest = n - 1;
  while (!observed[newest]) newest--;
  const last = values[newest]!;
  const seasonal = { values, observed, season, K, last };
  const atLast = pastSeasons(seasonal, newest).mean;
  const scalars = windowScalars(values, observed, season, options, newest, atLast);

  const width = futureFeatureCount(options);
  for (let m = 0; m < M; m++) {
    const row = m * width;
    for (let k = 0; k < L; k++) {
      const t = n + m * L + k;
      const { naive, mean, deviation } = pastSeasons(seasonal, t);
      const long = laggedOrMinusOne(t, n, LONG * season);
      const weekly = long >= 0 && observed[long] ? values[long]! : mean;
      future[row + k] = clip(naive);
      future[row + L + k] = clip(mean);
      future[row + 2 * L + k] = clip(deviation);
      future[row + 3 * L + k] = clip(weekly);
      const c = (m * L + k) * SERIES_CANDIDATES;
      candidates[c] = naive;
      candidates[c + 1] = mean;
      candidates[c + 2] = weekly;
      candidates[c + 3] = last;
      candidates[c + 4] = last + mean - atLast;
      candidates[c + 5] = 0;
    }
    future[row + 4 * L] = 1 / (1 + m);
    future[row + 4 * L + 1] = Math.log2(1 + m) / 2;
    future.set(scalars, row + 4 * L + 2);
  }
  return { context, future, candidates, loc, scale };
}

function writeContext(
  out: Float32Array,
  values: Float64Array,
  observed: Uint8Array,
  season: number,
  { segment: L, context: S }: SeriesFeatureOptions,
): void {
  const n = values.length;
  for (let i = 0; i < S * L; i++) {
    const t = n - S * L + i;
    const at = Math.floor(i / L) * 3 * L + (i % L);
    if (t >= 0) {
      out[at] = clip(values[t]!);
      out[at + L] = observed[t]!;
    }
    if (t >= season) out[at + 2 * L] = clip(values[t - season]!);
  }
}

interface SeasonalPast {
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  readonly season: number;
  readonly K: number;
  readonly last: number;
}

/** What the K seasons before step t read at its phase; t may lie in the past or in the future. */
function pastSeasons(
  { values, observed, season, K, last }: SeasonalPast,
  t: number,
): { naive: number; mean: number; deviation: number } {
  const newest = laggedOrMinusOne(t, values.length, season);
  if (newest < 0) return { naive: last, mean: last, deviation: 0 };
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let k = 0, at = newest; k < K && at >= 0; k++, at -= season) {
    if (!observed[at]) continue;
    sum += values[at]!;
    squares += values[at]! ** 2;
    count++;
  }
  if (count === 0) return { naive: values[newest]!, mean: values[newest]!, deviation: 0 };
  const mean = sum / count;
  return {
    naive: values[newest]!,
    mean,
    deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
  };
}

/** The newest index below min(t, n) that is a multiple of `lag` before t; -1 when that is before the start. */
function laggedOrMinusOne(t: number, n: number, lag: number): number {
  const steps = t < n ? 1 : Math.floor((t - n) / lag) + 1;
  return Math.max(-1, t - steps * lag);
}

/** What one number says of the whole window: where it stands against its season, how rough and how full it is. */
function windowScalars(
  values: Float64Array,
  observed: Uint8Array,
  season: number,
  { segment: L, context: S, seasons: K }: SeriesFeatureOptions,
  newest: number,
  atLast: number,
): Float32Array {
  const n = values.length;
  const share = (steps: number) => {
    let sum = 0;
    for (let t = Math.max(0, n - steps); t < n; t++) sum += observed[t]!;
    return sum / steps;
  };
  let ahead = 0;
  let pairs = 0;
  for (let t = Math.max(season, n - L); t < n; t++) {
    if (!observed[t]) continue;
    ahead += values[t]! - values[t - season]!;
    pairs++;
  }
  return Float32Array.from([
    clip(values[newest]!),
    clip(values[newest]! - atLast),
    clip(pairs > 0 ? ahead / pairs : 0),
    roughness(values, observed, 1),
    roughness(values, observed, L),
    roughness(values, observed, season),
    roughness(values, observed, LONG * season),
    Math.log2(season / L) / 4,
    season === 1 ? 1 : 0,
    share(L),
    share(S * L),
    Math.log1p(n - 1 - newest) / 3,
    Math.min(1, n / (K * season)),
  ]);
}

/** Logarithm of the mean |difference over `lag`|, in deviations; 0.5 is about ln(1.6) when nothing can be said. */
function roughness(values: Float64Array, observed: Uint8Array, lag: number): number {
  let sum = 0;
  let pairs = 0;
  for (let t = lag; t < values.length; t++) {
    if (!observed[t] || !observed[t - lag]) continue;
    sum += Math.abs(values[t]! - values[t - lag]!);
    pairs++;
  }
  return pairs > 0 ? Math.log(0.003 + sum / pairs) : 0.5;
}

const clip = (value: number): number => Math.max(-CLIP, Math.min(CLIP, value));

function checkOptions(season: number, options: SeriesFeatureOptions): void {
  for (const [name, value] of Object.entries({ season, ...pick(options) })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RivuletError('ARGUMENT', `${name} must be a whole number of at least 1, got ${value}`, {
        [name]: value,
      });
    }
  }
}

const pick = ({ segment, context, horizon, seasons }: SeriesFeatureOptions) => ({
  segment,
  context,
  horizon,
  seasons,
});
