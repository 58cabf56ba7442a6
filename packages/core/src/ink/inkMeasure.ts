/** Place and size of ink, weighted by arc length, so that neither sampling rate nor pauses of the pen count. */
import type { Ink } from './stroke.ts';

export interface InkMeasure {
  /** Total pen-down length. */
  readonly arc: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Mean of y along the ink. */
  readonly centreY: number;
  /** Standard deviation of y along the ink. */
  readonly deviationY: number;
}

/** @returns zeros for ink without points; ink without length is measured by its points */
export function inkMeasure(ink: Ink): InkMeasure {
  let arc = 0;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  let points = 0;
  let origin = 0;
  let sum = 0;
  let squares = 0;
  let plainSum = 0;
  for (const { x, y } of ink) {
    for (let p = 0; p < x.length; p++) {
      const px = x[p]!;
      const py = y[p]!;
      if (points === 0) origin = py; // sums stand around a point of the ink: coordinates may be far from zero
      points++;
      plainSum += py - origin;
      if (px < left) left = px;
      if (px > right) right = px;
      if (py < top) top = py;
      if (py > bottom) bottom = py;
      if (p === 0) continue;
      const dx = px - x[p - 1]!;
      const dy = py - y[p - 1]!;
      const length = Math.sqrt(dx * dx + dy * dy);
      const middle = py - dy / 2 - origin;
      arc += length;
      sum += length * middle;
      // second moment of a uniform segment: middle^2 + dy^2 / 12
      squares += length * (middle * middle + (dy * dy) / 12);
    }
  }
  if (points === 0) return { arc: 0, left: 0, right: 0, top: 0, bottom: 0, centreY: 0, deviationY: 0 };
  const mean = arc > 0 ? sum / arc : plainSum / points;
  const variance = arc > 0 ? squares / arc - mean * mean : 0;
  return {
    arc,
    left,
    right,
    top,
    bottom,
    centreY: origin + mean,
    deviationY: Math.sqrt(Math.max(0, variance)),
  };
}
