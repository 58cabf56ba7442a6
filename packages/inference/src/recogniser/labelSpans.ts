/**
 * Which ink each letter was read from. CTC says at which steps a letter showed, often one or two of the ten it was
 * written in; here the ink between is shared out, and strokes that belong to a letter written earlier (dots, bars)
 * are given back to it.
 */
import type { CtcPath, Ink, InkFeatures } from '@rivulet/core';
import type { InkSpan } from './wordReading.ts';

/**
 * Dots and bars stand this much to the right of where their letters showed, in steps of the features. Of the dots in
 * words with one i or j 89 % go to it, without this 80 %; of the bars in words with one t 94 %, without it 89 %
 * (UNIPEN validation words).
 */
const MARKS_RIGHT = 0.7;

/**
 * @param path spans in steps of the network's output
 * @param S steps of the output: fewer than those of the features when the network joins steps
 * @param word what the features were made of
 * @returns per label its ink; every point of a resampled stroke is in one label's ink
 */
export function labelSpans(path: CtcPath, S: number, features: InkFeatures, word: Ink): InkSpan[][] {
  const { steps, strokeIndex } = features;
  const L = path.labels.length;
  if (L === 0) return [];
  const joined = Math.max(1, Math.round(steps / S));
  const input = (step: number): number => Math.min(steps, step * joined);
  /** [steps] label of each step. */
  const labelOf = new Int32Array(steps);
  for (let i = 0; i + 1 < L; i++) {
    const border = borderBetween(input(path.ends[i]!), input(path.starts[i + 1]!), strokeIndex);
    labelOf.fill(i + 1, border);
  }
  const shown = new Uint8Array(steps);
  for (let i = 0; i < L; i++) shown.fill(1, input(path.starts[i]!), input(path.ends[i]!));
  moveSilentStrokes(labelOf, shown, features);
  return spansOf(labelOf, L, features, word);
}

/** First step of the later letter: at the pen lift nearest to the middle between the two, else the middle. */
function borderBetween(from: number, to: number, strokeIndex: Int32Array): number {
  const middle = (from + to) >> 1;
  for (let off = 0; off <= to - from; off++) {
    for (const step of [middle - off, middle + off]) {
      if (step < from || step > to || step < 1 || step >= strokeIndex.length) continue;
      if (strokeIndex[step] !== strokeIndex[step - 1]) return step;
    }
  }
  return middle;
}

/**
 * A stroke at which no letter showed is a part of one that showed at another stroke: of the one that it overlaps
 * in x. x is summed up from the features, which hold the way from step to step.
 */
function moveSilentStrokes(labelOf: Int32Array, shown: Uint8Array, features: InkFeatures): void {
  const { steps, strokeIndex, data } = features;
  const F = features.features;
  const x = new Float64Array(steps);
  for (let t = 1; t < steps; t++) {
    const dx = data[t * F]!;
    // inkFeatures writes jumps as asinh
    x[t] = x[t - 1]! + (data[t * F + 2]! > 0 ? Math.sinh(dx) : dx);
  }
  const left: number[] = [];
  const right: number[] = [];
  for (let t = 0; t < steps; t++) {
    if (!shown[t]) continue;
    const label = labelOf[t]!;
    left[label] = Math.min(left[label] ?? Infinity, x[t]!);
    right[label] = Math.max(right[label] ?? -Infinity, x[t]!);
  }
  for (let begin = 0, end: number; begin < steps; begin = end) {
    for (end = begin; end < steps && strokeIndex[end] === strokeIndex[begin]; ) end++;
    let silent = true;
    let low = Infinity;
    let high = -Infinity;
    for (let t = begin; t < end; t++) {
      if (shown[t]) silent = false;
      low = Math.min(low, x[t]!);
      high = Math.max(high, x[t]!);
    }
    if (!silent) continue;
    const centre = (low + high) / 2 - MARKS_RIGHT;
    let nearest = labelOf[begin]!;
    let distance = Infinity;
    for (const key of left.keys()) {
      if (left[key] === undefined) continue;
      const away = Math.abs((left[key]! + right[key]!) / 2 - centre);
      if (away < distance) {
        nearest = key;
        distance = away;
      }
    }
    labelOf.fill(nearest, begin, end);
  }
}

function spansOf(
  labelOf: Int32Array,
  L: number,
  { steps, strokeIndex, pointIndex }: InkFeatures,
  word: Ink,
): InkSpan[][] {
  const spans: InkSpan[][] = Array.from({ length: L }, () => []);
  for (let begin = 0, end: number; begin < steps; begin = end) {
    const stroke = strokeIndex[begin]!;
    const label = labelOf[begin]!;
    for (end = begin; end < steps && strokeIndex[end] === stroke && labelOf[end] === label; ) end++;
    const first = pointIndex[begin]!;
    // Up to where the next letter begins on the same stroke; its first point is its own. A dot's one step stands
    // for all of its points.
    const goesOn = end < steps && strokeIndex[end] === stroke;
    const next = goesOn ? pointIndex[end]! : word[stroke]!.x.length;
    if (next > first) spans[label]!.push({ stroke, begin: first, end: next });
  }
  return spans;
}
