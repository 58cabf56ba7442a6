/**
 * The pen digits of Alpaydin and Alimoglu (UCI 81, doi 10.24432/C5MG6K, CC BY 4.0) as they were drawn: 30 writers
 * to train on and 14 others to test on, the official writer-independent split.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { RivuletError } from '@rivulet/core';
import type { LabelledInk } from './inkSet.ts';

const FILES = { train: 'pendigits-orig-tra.txt', test: 'pendigits-orig-tes.txt' } as const;
const SOURCE = 'https://archive.ics.uci.edu/dataset/81 (pendigits-orig.tra, pendigits-orig.tes)';

/** The file that holds a part, absolute; where it is missing the one with `.gz`. */
export function penDigitsFile(dataFolder: string, part: keyof typeof FILES): string {
  const path = join(dataFolder, 'handwriting', 'pendigits', FILES[part]);
  return existsSync(path) ? path : `${path}.gz`;
}

/**
 * @param dataFolder holds `handwriting/pendigits/pendigits-orig-<tra|tes>.txt`, or the same with `.gz`
 * @throws DATA_INVALID naming the file, and the line where it is broken
 */
export async function readPenDigits(dataFolder: string, part: keyof typeof FILES): Promise<LabelledInk[]> {
  const path = penDigitsFile(dataFolder, part);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
    if (path.endsWith('.gz')) bytes = gunzipSync(bytes);
  } catch (cause) {
    const message = `${path} cannot be read: ${(cause as Error).message}; it comes from ${SOURCE}`;
    throw new RivuletError('DATA_INVALID', message, { path }, cause);
  }
  return parsePenDigits(new TextDecoder('latin1').decode(bytes), path);
}

interface Stroke {
  readonly x: number[];
  readonly y: number[];
}

/** @throws DATA_INVALID naming the line */
export function parsePenDigits(text: string, path: string): LabelledInk[] {
  const samples: { label: string; writer: string; ink: Stroke[]; line: number }[] = [];
  let stroke: Stroke | undefined;
  const fail = (line: number, what: string, got: string): never => {
    throw new RivuletError('DATA_INVALID', `Line ${line} of ${path} ${what}: ${got}`, { path, line, got });
  };
  text.split(/\r?\n/).forEach((raw, i) => {
    const row = raw.trim();
    const line = i + 1;
    const sample = samples.at(-1);
    if (row.startsWith('.SEGMENT')) {
      const [, label] = /^\.SEGMENT\s+DIGIT\s+[\d-]+\s+\?\s+"(\d)"$/.exec(row) ?? [];
      if (label === undefined) fail(line, 'is no segment of one digit', row);
      samples.push({ label: label!, writer: '', ink: [], line });
      stroke = undefined;
    } else if (row.startsWith('.COMMENT') && sample && sample.writer === '') {
      // digit, writer, number of the sample
      const [, digit, writer] = /^\.COMMENT\s+(\d)\s+(\d+)\s+\d+$/.exec(row) ?? [];
      if (writer === undefined || digit !== sample.label) fail(line, 'names no writer of its digit', row);
      sample.writer = writer!;
    } else if (row === '.PEN_DOWN') {
      if (!sample) fail(line, 'comes before any segment', row);
      stroke = { x: [], y: [] };
      sample!.ink.push(stroke);
    } else if (row === '.PEN_UP') {
      stroke = undefined;
    } else if (stroke && row !== '' && !row.startsWith('.')) {
      const [x, y, ...others] = row.split(/\s+/).map(Number);
      if (!Number.isFinite(x) || !Number.isFinite(y) || others.length > 0) fail(line, 'is no point', row);
      stroke.x.push(x!);
      // y grows upward there.
      stroke.y.push(-y!);
    }
  });
  return samples.map(({ label, writer, ink, line }) => {
    const drawn = ink.filter(({ x }) => x.length > 0);
    if (drawn.length === 0 || writer === '') fail(line, 'begins a digit without ink or writer', label);
    return { label, contributor: 'pendigits', writer, ink: drawn };
  });
}
