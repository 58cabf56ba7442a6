/**
 * Finds the length of the season from the series itself, for a user who does not know it. Two witnesses name
 * candidates: the autocorrelation of the detrended series (any length), and the calendar (lengths people live
 * by). Each candidate is judged on the series less its moving average over that very length, so that slow
 * weather does not hide a daily rhythm; the smallest that is nearly as strong as the strongest wins, so that a
 * day is not taken for a week.
 */

import { impute } from './impute.ts';

export interface DetectSeasonOptions {
  /** Longest season looked for, in steps. Default: a third of the series, at most 2,880 (two days of minutes). */
  readonly longest?: number;
  /** Autocorrelation below which nothing counts as a season. Default 0.25. */
  readonly least?: number;
}

/** A series is thinned to this many points while searching: autocorrelation costs points x lags. */
const POINTS = 4096;
/** Days of minutes, of 5, 10, 15 and 30 minutes, of hours; weeks; months; hours of minutes. */
const CALENDAR = [7, 12, 24, 30, 48, 52, 60, 96, 144, 168, 288, 336, 365, 720, 1440, 2880];
/** Daily peaks of a series with a weekly rhythm stand at about four fifths of the weekly one. */
const NEARLY = 0.75;

/** @returns steps of the season; 1 when the series shows none. */
export function detectSeason(y: ArrayLike<number>, options: DetectSeasonOptions = {}): number {
  const least = options.least ?? 0.25;
  const { values, count } = impute(y);
  const n = values.length;
  const longest = Math.min(options.longest ?? 2880, Math.floor(n / 3));
  if (longest < 2 || count < 6) return 1;
  const recent = values.subarray(Math.max(0, n - 4 * longest));
  const candidates = CALENDAR.filter((season) => season <= longest);
  const peak = autocorrelationPeak(recent, longest, least);
  if (peak > 1 && !candidates.some((season) => isNear(peak, season))) candidates.push(peak);
  candidates.sort((a, b) => a - b);

  const strengths = candidates.map((season) => strength(recent, season));
  const best = Math.max(...strengths);
  if (!(best >= least)) return 1;
  return candidates[strengths.findIndex((value) => value >= NEARLY * best)]!;
}

/** Noise moves a flat peak a little: 143 ten-minute steps are a day. A short season has no such play. */
function isNear(peak: number, season: number): boolean {
  return Math.abs(peak - season) <= (season < 20 ? 0 : Math.max(1, 0.04 * season));
}

/** r[lag], lag 0..longest, each normalised by the pairs it has; r[0] = 1, all 0 for a constant series. */
export function autocorrelation(values: Float64Array, longest: number): Float64Array {
  const result = new Float64Array(longest + 1);
  const power = lagged(values, 0);
  if (power < 1e-18) return result;
  for (let lag = 0; lag <= longest; lag++) result[lag] = lagged(values, lag) / power;
  return result;
}

/** Autocorrelation at the season, of the series less its moving average; 0 unless it is a peak there. */
function strength(values: Float64Array, season: number): number {
  const fast = lessMovingAverage(values, season);
  const power = lagged(fast, 0);
  if (power < 1e-18) return 0;
  const aside = Math.max(1, Math.round(0.15 * season));
  const here = lagged(fast, season);
  // a smooth slow swing correlates at every short lag: only a season falls off to both sides
  if (here <= lagged(fast, season - aside) || here <= lagged(fast, season + aside)) return 0;
  return here / power;
}

/** The smallest lag past the first dip that is a local maximum and near the best of all; 0 when none is strong. */
function autocorrelationPeak(recent: Float64Array, longest: number, least: number): number {
  const stretch = Math.max(1, Math.ceil(recent.length / POINTS));
  const r = autocorrelation(detrend(thinned(recent, stretch)), Math.floor(longest / stretch));
  let start = 1;
  while (start < r.length && r[start]! > 0) start++;
  const isPeak = (lag: number) => r[lag]! >= r[lag - 1]! && r[lag]! >= r[lag + 1]!;
  let best = 0;
  for (let lag = Math.max(2, start); lag < r.length - 1; lag++)
    if (isPeak(lag)) best = Math.max(best, r[lag]!);
  if (best < least) return 0;
  for (let lag = Math.max(2, start); lag < r.length - 1; lag++) {
    if (isPeak(lag) && r[lag]! >= NEARLY * best) return lag * stretch;
  }
  return 0;
}

/** Mean product of readings `lag` apart. */
function lagged(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < values.length; t++) sum += values[t]! * values[t - lag]!;
  return sum / Math.max(1, values.length - lag);
}

/** Less the centred mean of `width` readings (half weights at the ends when even); the ends are dropped. */
function lessMovingAverage(values: Float64Array, width: number): Float64Array {
  const half = Math.floor(width / 2);
  const even = width % 2 === 0;
  const result = new Float64Array(Math.max(0, values.length - 2 * half));
  let sum = 0;
  for (let t = 0; t < Math.min(values.length, 2 * half); t++) sum += values[t]!;
  for (let i = 0; i < result.length; i++) {
    sum += values[i + 2 * half]!;
    const ends = even ? (values[i]! + values[i + 2 * half]!) / 2 : 0;
    result[i] = values[i + half]! - (sum - ends) / width;
    sum -= values[i]!;
  }
  return result;
}

function thinned(values: Float64Array, stretch: number): Float64Array {
  if (stretch === 1) return values.slice();
  const result = new Float64Array(Math.floor(values.length / stretch));
  for (let i = 0; i < result.length; i++) {
    for (let k = 0; k < stretch; k++) result[i]! += values[i * stretch + k]! / stretch;
  }
  return result;
}

/** Subtracts the least-squares line, in place: a trend correlates with itself at every lag. */
function detrend(values: Float64Array): Float64Array {
  const middle = (values.length - 1) / 2;
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let slope = 0;
  let spread = 0;
  for (let t = 0; t < values.length; t++) {
    slope += (t - middle) * (values[t]! - mean);
    spread += (t - middle) ** 2;
  }
  slope /= spread || 1;
  for (let t = 0; t < values.length; t++) values[t]! -= mean + slope * (t - middle);
  return values;
}
