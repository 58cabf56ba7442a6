/**
 * Dots and bars are often drawn when the word is finished, far from their letter in time: this says at the letter
 * that they are there (the "hat" feature of NPen++, Jaeger et al. 2001).
 */
import type { ResampledInk } from './resample.ts';

/** Height of a stroke, in unit heights, up to which it can be a dot, a bar or an accent. */
const SMALL = 0.35;
/** How far beside a small stroke ink still counts as below it. */
const BESIDE = 0.12;

interface Cover {
  /** x it covers, both ends excluded. */
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
}

/**
 * @param path of normalised ink
 * @returns [steps] 1 where a small stroke lies above, else 0
 */
export function smallStrokesAbove(path: ResampledInk): Uint8Array {
  const { steps, x, y } = path;
  const marks = new Uint8Array(steps);
  const covers = smallStrokes(path);
  if (covers.length === 0) return marks;
  // For each step only the highest cover counts. Highest first, each takes the steps that none has taken, so all
  // together pass over the steps once: ink of nothing but small strokes must not cost their square. A stroke
  // never marks itself, for none of it is below its own bottom.
  covers.sort((a, b) => a.bottom - b.bottom);
  const byX = Int32Array.from({ length: steps }, (_, t) => t).sort((a, b) => x[a]! - x[b]!);
  const free = Int32Array.from({ length: steps + 1 }, (_, i) => i);
  for (const { from, to, bottom } of covers) {
    let i = nextFree(free, firstAfter(from, byX, x));
    for (; i < steps && x[byX[i]!]! < to; i = nextFree(free, i)) {
      if (y[byX[i]!]! > bottom) marks[byX[i]!] = 1;
      free[i] = i + 1;
    }
  }
  return marks;
}

function smallStrokes({ steps, x, y, strokeIndex }: ResampledInk): Cover[] {
  const covers: Cover[] = [];
  for (let begin = 0, end: number; begin < steps; begin = end) {
    let left = Infinity;
    let right = -Infinity;
    let top = Infinity;
    let bottom = -Infinity;
    for (end = begin; end < steps && strokeIndex[end] === strokeIndex[begin]; end++) {
      left = Math.min(left, x[end]!);
      right = Math.max(right, x[end]!);
      top = Math.min(top, y[end]!);
      bottom = Math.max(bottom, y[end]!);
    }
    if (bottom - top <= SMALL) covers.push({ from: left - BESIDE, to: right + BESIDE, bottom });
  }
  return covers;
}

/** @returns the first place in `byX` whose x is greater than `from` */
function firstAfter(from: number, byX: Int32Array, x: Float32Array): number {
  let low = 0;
  let high = byX.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[byX[middle]!]! > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** @param free [steps + 1] per place itself while it is free, else one further on (union-find) */
function nextFree(free: Int32Array, place: number): number {
  let at = place;
  while (free[at] !== at) at = free[at] = free[free[at]!]!;
  return at;
}
