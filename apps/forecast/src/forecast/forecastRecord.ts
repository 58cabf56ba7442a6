/** One forecast as the page keeps it: what was said at `origin`, and what the seasonal naive said beside it. */
import { seasonalError, seasonalNaive } from '@rivulet/core';

/** Levels the model answers with and every score is taken over. */
export const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** What the page needs of a forecaster's answer; each array is `[horizon]`. */
export interface Band {
  readonly median: ArrayLike<number>;
  readonly quantiles: Readonly<Record<string, ArrayLike<number>>>;
  readonly levels: Readonly<
    Record<string, { readonly lo: ArrayLike<number>; readonly hi: ArrayLike<number> }>
  >;
}

export interface Interval {
  readonly lo: ArrayLike<number>;
  readonly hi: ArrayLike<number>;
}

export interface ForecastRecord {
  /** Values known when it was made: it speaks of `origin ... origin + horizon - 1`. */
  readonly origin: number;
  readonly horizon: number;
  readonly median: ArrayLike<number>;
  /** `[levels][horizon]`, in the order of LEVELS. */
  readonly quantiles: readonly ArrayLike<number>[];
  readonly band80: Interval;
  readonly band95: Interval;
  readonly naive: { readonly point: ArrayLike<number>; readonly quantiles: readonly ArrayLike<number>[] };
  /** Mean absolute seasonal difference of the past: what a score of 1 means. 0 where the past is flat or short. */
  readonly scale: number;
}

/** Values handed to the model and the naive: beyond this the past says nothing new, and copying it costs. */
const CONTEXT_STEPS = 4096;

/** The past that a forecast at `origin` may see. */
export const pastOf = (values: Float32Array, origin: number): Float32Array =>
  values.slice(Math.max(0, origin - CONTEXT_STEPS), origin);

export function forecastRecord(
  past: Float32Array,
  origin: number,
  horizon: number,
  season: number,
  band: Band,
): ForecastRecord {
  const naive = seasonalNaive(past, season, horizon);
  return {
    origin,
    horizon,
    median: band.median,
    quantiles: LEVELS.map((level) => band.quantiles[String(level)]!),
    band80: band.levels['80']!,
    band95: band.levels['95']!,
    naive: { point: naive.point, quantiles: LEVELS.map((level) => naive.quantile(level)) },
    scale: seasonalError(past, season),
  };
}
