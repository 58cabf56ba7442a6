/**
 * Reads the compact re-export of UNIPEN train_r01_v07: gzip, one JSON object a line, `{c, w, l, q, s}` with
 * strokes `[x0, y0, dx, dy, ...]`. UNIPEN's y grows upward; ours downward, so it is turned here and nowhere
 * else.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { checkInk, RivuletError } from '@rivulet/core';
import type { LabelledInk } from './inkSet.ts';

export type UnipenCategory = 'words' | 'chars' | 'text';

/**
 * @param folder the data folder; the files stand in its `handwriting/`
 * @throws DATA_INVALID naming the file, and the line where one is broken
 */
export async function* unipenLines(
  folder: string,
  category: UnipenCategory,
  split: 'train' | 'val',
): AsyncGenerator<LabelledInk> {
  const path = unipenLinesPath(folder, category, split);
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(await readFile(path));
  } catch (cause) {
    throw new RivuletError(
      'DATA_INVALID',
      `${path} cannot be read: ${(cause as Error).message}`,
      { path },
      cause,
    );
  }
  const decoder = new TextDecoder();
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    if (end > start) yield parseLine(decoder.decode(bytes.subarray(start, end)), path, line);
    start = end + 1;
  }
}

/** @param folder the data folder */
export function unipenLinesPath(folder: string, category: UnipenCategory, split: 'train' | 'val'): string {
  return join(folder, 'handwriting', `unipen-${category}.${split}.jsonl.gz`);
}

function parseLine(text: string, path: string, line: number): LabelledInk {
  try {
    const json: unknown = JSON.parse(text);
    const { c, w, l, s } = json as Record<string, unknown>;
    const ink = strokesOf(s);
    checkInk(ink);
    return { contributor: word('c', c), writer: word('w', w), label: word('l', l), ink };
  } catch (cause) {
    throw new RivuletError(
      'DATA_INVALID',
      `Line ${line} of ${path} is no sample of ink: ${(cause as Error).message}`,
      { path, line },
      cause,
    );
  }
}

function word(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`${key} is ${JSON.stringify(value)}, not a string`);
}

function strokesOf(value: unknown): LabelledInk['ink'] {
  if (Array.isArray(value) && value.every(Array.isArray)) return value.map(unpackStroke);
  throw new TypeError('s is no list of strokes');
}

/** First point, then differences; y turned downward. */
function unpackStroke(packed: readonly unknown[]): { x: Float64Array; y: Float64Array } {
  const points = packed.length / 2;
  if (!Number.isInteger(points)) throw new RangeError(`a stroke has ${packed.length} numbers`);
  const x = new Float64Array(points);
  const y = new Float64Array(points);
  let px = 0;
  let py = 0;
  for (let p = 0; p < points; p++) {
    px += finite(packed[2 * p]);
    py -= finite(packed[2 * p + 1]);
    x[p] = px;
    y[p] = py;
  }
  return { x, y };
}

function finite(value: unknown): number {
  if (Number.isFinite(value)) return value as number;
  throw new TypeError(`a coordinate is ${JSON.stringify(value)}`);
}
