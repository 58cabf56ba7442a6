/** Strokes made ready for being sorted into lines and words: upright, measured, with their downstrokes counted. */
import { inkSlant } from './inkSlant.ts';
import { segmentLength } from './segmentLength.ts';
import type { Ink } from './stroke.ts';

export interface PenStroke {
  /** Index in the ink. */
  readonly index: number;
  /** Slant taken out. */
  readonly x: Float64Array;
  readonly y: ArrayLike<number>;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Length of the path. */
  readonly arc: number;
  /** Mean of y along the path. */
  readonly level: number;
}

/** Beyond this (50 degrees) it is no slant. */
const MAX_SLANT = 1.2;
/** Wiggles of a downstroke lower than this part of the strokes' typical height are noise of the pen. */
const NOISE = 0.08;

/** @returns strokes with points, in writing order */
export function penStrokes(ink: Ink): PenStroke[] {
  const slant = Math.max(-MAX_SLANT, Math.min(MAX_SLANT, inkSlant(ink, 0)));
  const origin = ink.find(({ y }) => y.length > 0)?.y[0] ?? 0;
  return ink.flatMap((stroke, index) =>
    stroke.x.length > 0 ? [penStroke(stroke, index, slant, origin)] : [],
  );
}

function penStroke(stroke: Ink[number], index: number, slant: number, origin: number): PenStroke {
  const { y } = stroke;
  const x = new Float64Array(stroke.x.length);
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  let arc = 0;
  let moment = 0;
  for (let p = 0; p < x.length; p++) {
    const px = stroke.x[p]! - slant * (y[p]! - origin);
    const py = y[p]!;
    x[p] = px;
    if (px < left) left = px;
    if (px > right) right = px;
    if (py < top) top = py;
    if (py > bottom) bottom = py;
    if (p === 0) continue;
    const length = segmentLength(x, y, p);
    arc += length;
    moment += (length * (py - y[0]! + y[p - 1]! - y[0]!)) / 2;
  }
  const level = y[0]! + (arc > 0 ? moment / arc : 0);
  return { index, x, y, left, right, top, bottom, arc, level };
}

/** Lengths in y of a stroke's movements downward; wiggles of less than `least` are none. */
export function downstrokes({ y }: PenStroke, least: number): number[] {
  const lengths: number[] = [];
  let high = y[0]!; // smallest y since the last turn upward
  let low = y[0]!; // largest y since the last turn downward
  let down = false;
  for (let p = 1; p < y.length; p++) {
    const py = y[p]!;
    if (down) {
      if (py > low) low = py;
      else if (low - py > least) {
        lengths.push(low - high);
        down = false;
        high = py;
      }
    } else if (py < high) high = py;
    else if (py - high > least) {
      down = true;
      low = py;
    }
  }
  if (down) lengths.push(low - high);
  return lengths;
}

/**
 * Size of the writing, however many lines it has: the median length of downstrokes, each counted by its length.
 * About the height of an o. Ink of dashes and dots is measured by its extent.
 */
export function penHeight(strokes: readonly PenStroke[]): number {
  const coarse = weightedMedian(strokes.map(({ top, bottom, arc }) => [bottom - top, arc]));
  const lengths = strokes.flatMap((stroke) => downstrokes(stroke, NOISE * coarse));
  const height = weightedMedian(lengths.map((length) => [length, length]));
  if (height > 0) return height;
  let widest = 0;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (const stroke of strokes) {
    widest = Math.max(widest, stroke.right - stroke.left);
    left = Math.min(left, stroke.left);
    right = Math.max(right, stroke.right);
    top = Math.min(top, stroke.top);
    bottom = Math.max(bottom, stroke.bottom);
  }
  return widest || Math.max(right - left, bottom - top) / 4 || 1;
}

function weightedMedian(pairs: [value: number, weight: number][]): number {
  pairs.sort(([a], [b]) => a - b);
  const half = pairs.reduce((sum, [, weight]) => sum + weight, 0) / 2;
  let passed = 0;
  for (const [value, weight] of pairs) {
    passed += weight;
    if (passed >= half) return value;
  }
  return 0;
}
