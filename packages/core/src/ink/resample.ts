/**
 * Puts points at equal distances along the pen's path: what stays is where the pen went, not how fast it moved or how
 * often the device asked.
 */
import { segmentLength } from './segmentLength.ts';
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

/** A drawing must not cost more than a page of writing. */
const MAX_STEPS = 8192;

/**
 * A stroke of length l gives 1 + round(l / step) points, ends included, evenly spread; a dot gives one.
 * Strokes without points give none.
 *
 * What would give more than MAX_STEPS points gets a wider step; of more strokes than MAX_STEPS / 2 only every n-th
 * gives points.
 * @param step in the ink's units
 */
export function resample(ink: Ink, step: number): ResampledInk {
  const every = Math.max(1, Math.ceil(ink.length / (MAX_STEPS / 2)));
  const isKept = (s: number): boolean => ink[s]!.x.length > 0 && s % every === 0;
  const lengths = ink.map((stroke, s) => (isKept(s) ? strokeLength(stroke) : 0));
  const countSteps = (spacing: number): number =>
    lengths.reduce((steps, length, s) => steps + (isKept(s) ? 1 + Math.round(length / spacing) : 0), 0);
  let spacing = step;
  let steps = countSteps(spacing);
  if (steps > MAX_STEPS) {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    // Each stroke takes one point, and up to half a one by rounding.
    spacing = Math.max(step, total / Math.max(1, MAX_STEPS - 2 * Math.ceil(ink.length / every)));
    steps = countSteps(spacing);
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
    if (!isKept(s)) continue;
    const segments = Math.round(lengths[s]! / spacing);
    const gap = lengths[s]! / Math.max(1, segments);
    let point = 0;
    let passed = 0; // arc length up to `point`
    const toNext = (): number => (point + 1 < x.length ? segmentLength(x, y, point + 1) : 0);
    for (let k = 0; k <= segments; k++) {
      const wanted = k * gap;
      let length = toNext();
      while (point + 1 < x.length && passed + length < wanted) {
        passed += length;
        point++;
        length = toNext();
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

function strokeLength({ x, y }: Ink[number]): number {
  let length = 0;
  for (let p = 1; p < x.length; p++) length += segmentLength(x, y, p);
  return length;
}
