/** Where reality left the 95 % band of the forecast that spoke last of it. */
import type { ForecastLog } from './forecastLog.ts';

export interface Excursion {
  /** First and last index outside, in one run. */
  readonly from: number;
  readonly to: number;
  /** Index, value and band where it was furthest out. */
  readonly peak: number;
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

export interface Watch {
  readonly excursions: readonly Excursion[];
  /** Values that had a forecast to be held against, and how many of them were outside. */
  readonly judged: number;
  readonly outside: number;
}

/** Looks at `from ... now - 1`. A gap neither starts nor ends a run. */
export function watch(log: ForecastLog, values: Float32Array, from: number, now: number): Watch {
  const excursions: Excursion[] = [];
  let judged = 0;
  let outside = 0;
  let open:
    | { from: number; to: number; peak: number; value: number; lo: number; hi: number; by: number }
    | undefined;
  for (let index = Math.max(0, from); index < now; index++) {
    const value = values[index]!;
    const record = Number.isFinite(value) ? log.covering(index) : undefined;
    if (!record) continue;
    judged++;
    const lo = record.band95.lo[index - record.origin]!;
    const hi = record.band95.hi[index - record.origin]!;
    const by = Math.max(lo - value, value - hi);
    if (by <= 0) {
      open = undefined;
      continue;
    }
    outside++;
    if (open) {
      open.to = index;
      if (by > open.by) Object.assign(open, { peak: index, value, lo, hi, by });
    } else {
      open = { from: index, to: index, peak: index, value, lo, hi, by };
      excursions.push(open);
    }
  }
  return { excursions, judged, outside };
}
