import type { Sensor } from './sensor.ts';

/** A phone has room for half of what a desk has; fewer pixels than steps show nothing more. */
const narrow = matchMedia('(max-width: 40rem)');

/**
 * First index on the chart: four horizons back, so that the earlier forecasts are seen, and two seasons back
 * where that is not much further.
 */
export function shownFrom({ now, series, log }: Sensor): number {
  const { horizon } = log.value;
  const wide = Math.max(4 * horizon, Math.min(2 * (series.value.season ?? 1), 8 * horizon));
  const steps = narrow.matches ? Math.max(2 * horizon, Math.round(wide / 2)) : wide;
  return Math.max(0, now.value - steps);
}
