/**
 * Splits a page of ink into lines and words by geometry alone, because the network reads one word at a time. Dots and
 * bars that are drawn after later words still join the word they stand on.
 */
import { inkLines } from './inkLines.ts';
import { downstrokes, type PenStroke, penHeight, penStrokes } from './penStroke.ts';
import { checkInk, type Ink } from './stroke.ts';
import { type GapItem, wordStarts } from './wordGaps.ts';

/** One line of writing: its words from left to right, each the indices of its strokes in writing order. */
export interface InkLine {
  readonly words: readonly (readonly number[])[];
}

export interface SegmentOptions {
  /** How many times as wide as usual gaps are expected to be, within words and between them. Default 1. */
  readonly gapFactor?: number;
}

/** Wiggles of a downstroke lower than this part of the writing's height are none. */
const LEAST_DOWNSTROKE = 0.15;
/** How far the gap unit goes from the height (0) to the pitch of the downstrokes (1), in logarithms. */
const PITCH_SHARE = 0.89;
/** The pitch that goes with a height in most hands, and the least that is believed; in heights. */
const USUAL_PITCH = 0.56;
const LEAST_PITCH = 0.25;

/**
 * @returns lines from top to bottom; strokes without points are in none
 * @throws INK_INVALID
 */
export function segmentInk(ink: Ink, { gapFactor = 1 }: SegmentOptions = {}): InkLine[] {
  checkInk(ink);
  const strokes = penStrokes(ink);
  if (strokes.length === 0) return [];
  const height = penHeight(strokes);
  const lines = inkLines(strokes, height).map((line) => [...line].sort((a, b) => a.left - b.left));
  const items = lines.flatMap((line) => gapItems(line, height));
  const starts = wordStarts(items, gapFactor * gapUnit(lines, items, height));
  let i = 0;
  return lines.map((line) => {
    const words: number[][] = [];
    for (const { index } of line) {
      if (starts[i++]) words.push([]);
      words.at(-1)!.push(index);
    }
    return { words: words.map((word) => word.sort((a, b) => a - b)) };
  });
}

/** @param line by left edge */
function gapItems(line: readonly PenStroke[], height: number): GapItem[] {
  let right = -Infinity;
  return line.map((stroke, i) => {
    const gap = stroke.left - right;
    right = Math.max(right, stroke.right);
    return { gap, first: i === 0, downs: downstrokes(stroke, LEAST_DOWNSTROKE * height).length };
  });
}

/** Between the height of the writing and the width it spends on a downstroke: wide hands leave wide gaps. */
function gapUnit(
  lines: readonly (readonly PenStroke[])[],
  items: readonly GapItem[],
  height: number,
): number {
  let covered = 0;
  for (const line of lines) {
    let right = -Infinity;
    for (const stroke of line) {
      covered += Math.max(0, stroke.right - Math.max(stroke.left, right));
      right = Math.max(right, stroke.right);
    }
  }
  const downs = items.reduce((sum, item) => sum + item.downs, 0);
  const pitch = Math.max(LEAST_PITCH * height, covered / Math.max(1, downs));
  return pitch ** PITCH_SHARE * (USUAL_PITCH * height) ** (1 - PITCH_SHARE);
}
