/**
 * Decides which windows of which sensors a forecaster learns from: every data set gets its share of an epoch
 * whatever its size, its sensors share alike, and a sensor's windows are spread evenly over its part of time.
 */

import { RivuletError, seasonalError } from '@rivulet/core';
import type { SensorSeries } from '../data/series/sensorSeries.ts';

/** A sensor with the part of time whose steps may be targets. */
export interface SensorPart {
  readonly series: SensorSeries;
  /** Targets lie in [from, to); readings before `from` may be context. */
  readonly from: number;
  readonly to: number;
  /** Share of the epoch relative to other parts. */
  readonly weight: number;
}

export interface PlannedWindow {
  readonly series: SensorSeries;
  /** Index of the first target. */
  readonly origin: number;
  /** Later origins up to origin + slack are as good: training draws among them. */
  readonly slack: number;
  /** Mean absolute seasonal difference before the origin, in units of y: what the loss is scaled by. */
  readonly error: number;
}

/** Readings before an origin that make a window worth learning from: two seasons and a few hours. */
const LEAST_SEASONS = 2;
const LEAST_STEPS = 48;

/**
 * @param count windows in all, reached within rounding
 * @param horizon steps per window; a window's targets stay within its part
 * Sensors too short for one window, or that never moved before it, are passed over. DATA_INVALID when all are.
 */
export function planWindows(parts: readonly SensorPart[], count: number, horizon: number): PlannedWindow[] {
  const usable = parts.flatMap((part) => {
    const least = Math.max(LEAST_STEPS, LEAST_SEASONS * part.series.season);
    const first = Math.max(part.from, least);
    const last = part.to - horizon;
    return last >= first ? [{ ...part, first, last }] : [];
  });
  const total = usable.reduce((sum, part) => sum + part.weight, 0);
  if (!(total > 0)) {
    throw new RivuletError('DATA_INVALID', `none of ${parts.length} sensors is long enough for a window`, {
      sensors: parts.length,
      horizon,
    });
  }
  const windows: PlannedWindow[] = [];
  for (const { series, weight, first, last } of usable) {
    const share = Math.max(1, Math.round((count * weight) / total));
    const span = last - first + 1;
    const slack = Math.max(0, Math.floor(span / share) - 1);
    const errors = runningSeasonalError(series);
    for (let i = 0; i < share; i++) {
      const origin = first + Math.floor(((i + 0.5) * span) / share - slack / 2);
      const start = Math.max(first, Math.min(origin, last - slack));
      const error = errors(start);
      if (error > 0) windows.push({ series, origin: start, slack, error });
    }
  }
  return windows;
}

/** Error before an origin for ascending origins, each pair of the series visited once. */
function runningSeasonalError({ y, season }: SensorSeries): (origin: number) => number {
  let sum = 0;
  let pairs = 0;
  let done = season;
  return (origin) => {
    if (origin < done) return seasonalError(y, season, 0, origin);
    for (; done < origin; done++) {
      const difference = Math.abs(y[done]! - y[done - season]!);
      if (!Number.isFinite(difference)) continue;
      sum += difference;
      pairs++;
    }
    return pairs > 0 ? sum / pairs : 0;
  };
}
