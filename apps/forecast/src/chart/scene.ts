/** What the chart shows at one moment; it keeps nothing of its own beside the picture. */
import type { Excursion } from '../forecast/excursions.ts';
import type { ForecastRecord } from '../forecast/forecastRecord.ts';
import type { Series } from '../source/series.ts';

export interface Scene {
  readonly series: Series;
  /** Values known; the now line stands at the last of them. */
  readonly now: number;
  /** First index shown, and the first no longer shown; beyond `now` lies the forecast. */
  readonly from: number;
  readonly until: number;
  readonly ahead: ForecastRecord | undefined;
  /** Earlier forecasts that follow each other without overlap. */
  readonly past: readonly ForecastRecord[];
  readonly excursions: readonly Excursion[];
  readonly showPast: boolean;
  readonly showNaive: boolean;
}

/** Lowest and highest value of what is drawn; undefined where nothing is. */
export function extentOf(scene: Scene): readonly [min: number, max: number] | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const see = (value: number | undefined) => {
    if (value === undefined || !Number.isFinite(value)) return;
    if (value < min) min = value;
    if (value > max) max = value;
  };
  const { series, now, from, until, ahead, past } = scene;
  for (let i = Math.max(0, from); i < now; i++) see(series.values[i]);
  for (let i = now; ahead && i < until; i++) {
    see(ahead.band95.lo[i - ahead.origin]);
    see(ahead.band95.hi[i - ahead.origin]);
    if (scene.showNaive) see(ahead.naive.point[i - ahead.origin]);
  }
  for (const record of scene.showPast ? past : []) {
    for (let h = Math.max(0, from - record.origin); h < record.horizon && record.origin + h < now; h++) {
      see(record.band80.lo[h]);
      see(record.band80.hi[h]);
    }
  }
  return min <= max ? [min, max] : undefined;
}

/**
 * The y range from one scene to the next: it grows at once and shrinks only when a third of it stands empty,
 * so that the axis does not tremble with every step of a replay.
 */
export function steadyRange(
  extent: readonly [number, number] | undefined,
  last: readonly [number, number] | undefined,
): readonly [number, number] {
  if (!extent) return last ?? [0, 1];
  const [min, max] = extent;
  const height = max - min || Math.abs(max) * 0.1 || 1;
  const pad = height * 0.08;
  if (last && min >= last[0] && max <= last[1] && height > 0.6 * (last[1] - last[0])) return last;
  return [min - pad, max + pad];
}
