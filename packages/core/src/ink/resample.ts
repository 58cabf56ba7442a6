/**
 * Puts points at equal distances along the pen's path: what stays is where the pen went, not how fast it moved or how
 * often the device asked.
 */
import type { Ink } from './stroke.ts';

export interface ResampledInk {
  readonly steps: number;
  /** [steps] */
  readonly x: Float32Array;
  /** [steps] */
  readonly y: Float32Array;
  /** [steps] stroke of the original ink; a new stroke begins where it changes. */
  readonly strokeIndex: Int32Array;
  /** [steps] the original point at or before this place. */
  readonly pointIndex: Int32Array;
}

/**
 * A stroke of length l gives 1 + round(l / step) points, ends included, evenly spread; a dot gives one.
 * Strokes without points give none.
 * @param step in the ink's units
 * @param maxSteps more points than this widen the step: a drawing must not cost more than a page of writing
 */
export function resample(ink: Ink, step: number, maxSteps = 8192): ResampledInk {
  const lengths = ink.map(strokeLength);
  let spacing = step;
  let steps = countSteps(ink, lengths, spacing);
  if (steps > maxSteps) {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    spacing = Math.max(step, total / Math.max(1, maxSteps - 2 * ink.length));
    steps = countSteps(ink, lengths, spacing);
  }
  const out = {
    steps,
    x: new Float32Array(steps),
    y: new Float32Array(steps),
    strokeIndex: new Int32Array(steps),
    pointIndex: new Int32Array(steps),
  };
  let at = 0;
  for (let s = 0; s < ink.length; s++) {
    const { x, y } = ink[s]!;
    if (x.length === 0) continue;
    const segments = Math.round(lengths[s]! / spacing);
    const gap = lengths[s]! / Math.max(1, segments);
    let point = 0;
    let passed = 0; // arc length up to `point`
    for (let k = 0; k <= segments; k++) {
      const wanted = k * gap;
      let length = segmentLength(x, y, point);
      while (point + 1 < x.length && passed + length < wanted) {
        passed += length;
        point++;
        length = segmentLength(x, y, point);
      }
      const last = k === segments && k > 0;
      const part = last || length === 0 ? 0 : Math.min(1, (wanted - passed) / length);
      // The end is taken as it is: rounding of the passed length must not cut it off.
      const from = last ? x.length - 1 : point;
      const to = Math.min(from + 1, x.length - 1);
      out.x[at] = x[from]! + part * (x[to]! - x[from]!);
      out.y[at] = y[from]! + part * (y[to]! - y[from]!);
      out.strokeIndex[at] = s;
      out.pointIndex[at] = from;
      at++;
    }
  }
  return out;
}

function countSteps(ink: Ink, lengths: readonly number[], spacing: number): number {
  let steps = 0;
  for (let s = 0; s < ink.length; s++) {
    if (ink[s]!.x.length > 0) steps += 1 + Math.round(lengths[s]! / spacing);
  }
  return steps;
}

function strokeLength({ x, y }: Ink[number]): number {
  let length = 0;
  for (let p = 0; p + 1 < x.length; p++) length += segmentLength(x, y, p);
  return length;
}

/** From point `p` to the next; 0 at the end. */
function segmentLength(x: ArrayLike<number>, y: ArrayLike<number>, p: number): number {
  if (p + 1 >= x.length) return 0;
  const dx = x[p + 1]! - x[p]!;
  const dy = y[p + 1]! - y[p]!;
  return Math.sqrt(dx * dx + dy * dy);
}
