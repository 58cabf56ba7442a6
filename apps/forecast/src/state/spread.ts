/** How far a sensor's values range, to choose the digits that mean something. */
import type { Sensor } from './sensor.ts';

const known = new WeakMap<Float32Array, number>();

/** Distance between the 2nd and 98th percentile: one spike must not cost all others their digits. */
export function spreadOf({ series }: Sensor): number {
  const { values } = series.value;
  let spread = known.get(values);
  if (spread === undefined) {
    const sorted = values.filter(Number.isFinite).sort();
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    spread = at(0.98) - at(0.02) || Math.abs(at(0.5));
    known.set(values, spread);
  }
  return spread;
}
