/**
 * Splits a page of ink into lines and words by geometry alone, because the network reads one word at a time. Time
 * only says in which line a stroke is looked for first: dots and bars that are drawn later still join the word they
 * stand on.
 */
import { inkSlant } from './inkSlant.ts';
import { checkInk, type Ink } from './stroke.ts';

/** One line of writing: its words from left to right, each the indices of its strokes in writing order. */
export interface InkLine {
  readonly words: readonly (readonly number[])[];
}

export interface SegmentOptions {
  /** Gaps must be this many times as wide as usual to part words. Default 1. */
  readonly gapFactor?: number;
}

interface Box {
  readonly stroke: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  readonly arc: number;
}

/**
 * @returns lines from top to bottom; strokes without points are in none
 * @throws INK_INVALID
 */
export function segmentInk(ink: Ink, { gapFactor = 1 }: SegmentOptions = {}): InkLine[] {
  checkInk(ink);
  const boxes = strokeBoxes(ink);
  if (boxes.length === 0) return [];
  const height = typicalHeight(boxes);
  return linesOf(boxes, height).map((line) => ({ words: wordsOf(line, height, gapFactor) }));
}

/** Boxes of the upright ink, in writing order. */
function strokeBoxes(ink: Ink): Box[] {
  const slant = Math.max(-1, Math.min(1, inkSlant(ink, 0)));
  const boxes: Box[] = [];
  for (let stroke = 0; stroke < ink.length; stroke++) {
    const { x, y } = ink[stroke]!;
    if (x.length === 0) continue;
    let left = Infinity;
    let right = -Infinity;
    let top = Infinity;
    let bottom = -Infinity;
    let arc = 0;
    for (let p = 0; p < x.length; p++) {
      const px = x[p]! - slant * y[p]!;
      left = Math.min(left, px);
      right = Math.max(right, px);
      top = Math.min(top, y[p]!);
      bottom = Math.max(bottom, y[p]!);
      if (p > 0) arc += Math.hypot(x[p]! - x[p - 1]!, y[p]! - y[p - 1]!);
    }
    boxes.push({ stroke, left, right, top, bottom, arc });
  }
  return boxes;
}

/** Median height of strokes, each weighted by its length; of dots and dashes alone, their width; at least tiny. */
function typicalHeight(boxes: readonly Box[]): number {
  const sorted = boxes.map(({ top, bottom, arc }) => ({ height: bottom - top, arc }));
  sorted.sort((a, b) => a.height - b.height);
  const half = sorted.reduce((sum, { arc }) => sum + arc, 0) / 2;
  let passed = 0;
  for (const { height, arc } of sorted) {
    passed += arc;
    if (passed >= half && height > 0) return height;
  }
  return Math.max(...boxes.map(({ left, right }) => right - left)) || 1;
}

/** A stroke belongs to the line whose nearest strokes it stands level with. */
function linesOf(boxes: readonly Box[], height: number): Box[][] {
  const isSmall = ({ top, bottom }: Box) => bottom - top < 0.35 * height;
  const main = boxes.filter((box) => !isSmall(box));
  const lines: Box[][] = [];
  let current: Box[] | undefined;
  for (const box of main.length > 0 ? main : boxes) {
    const own = (line: Box[]) => Math.abs(middle(box) - levelAt(line, box)) < 0.8 * height;
    if (!current || !own(current)) {
      current = lines.find(own);
      if (!current) lines.push((current = []));
    }
    current.push(box);
  }
  if (main.length > 0) {
    for (const box of boxes) {
      if (!isSmall(box)) continue;
      const nearest = lines.reduce((best, line) =>
        Math.abs(middle(box) - levelAt(line, box)) < Math.abs(middle(box) - levelAt(best, box)) ? line : best,
      );
      nearest.push(box);
    }
  }
  const level = (line: readonly Box[]) => line.reduce((sum, box) => sum + middle(box), 0) / line.length;
  return lines.sort((a, b) => level(a) - level(b));
}

function middle({ top, bottom }: Box): number {
  return (top + bottom) / 2;
}

/** Where the line's middle is beside this stroke: the mean of its three nearest strokes. */
function levelAt(line: readonly Box[], box: Box): number {
  const distance = (other: Box) => Math.max(0, other.left - box.right, box.left - other.right);
  const nearest = [...line].sort((a, b) => distance(a) - distance(b)).slice(0, 3);
  return nearest.reduce((sum, other) => sum + middle(other), 0) / nearest.length;
}

function wordsOf(line: readonly Box[], height: number, gapFactor: number): number[][] {
  const words: number[][] = [];
  let right = -Infinity;
  for (const box of [...line].sort((a, b) => a.left - b.left)) {
    if (words.length === 0 || box.left - right > 0.45 * height * gapFactor) words.push([]);
    words.at(-1)!.push(box.stroke);
    right = Math.max(right, box.right);
  }
  return words.map((word) => word.sort((a, b) => a - b));
}
