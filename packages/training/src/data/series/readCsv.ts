/** Reads the small CSV files sensor data comes as, gzipped or not: header, rows, columns of numbers. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { RivuletError } from '@rivulet/core';

export interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Column as numbers, [rows]; empty, NA, infinite and anything else that is no finite number is NaN. */
  numbers(name: string): Float64Array;
  /** Column as text, [rows]. */
  text(name: string): string[];
}

/**
 * @param path file name; where it is absent the same name with `.gz` is read
 * @throws DATA_INVALID naming the file that is missing or damaged, and the line that has too many fields
 */
export async function readCsv(path: string): Promise<Csv> {
  const file = existsSync(path) ? path : `${path}.gz`;
  if (!existsSync(file)) {
    throw new RivuletError('DATA_INVALID', `neither ${path} nor ${path}.gz exists`, { path });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
    if (file.endsWith('.gz')) bytes = gunzipSync(bytes);
  } catch (cause) {
    throw new RivuletError(
      'DATA_INVALID',
      `${file} cannot be read: ${(cause as Error).message}`,
      { path },
      cause,
    );
  }
  return parseCsv(new TextDecoder().decode(bytes), path);
}

/** Quotes are dropped; a field never holds a comma in the sets read here. */
export function parseCsv(text: string, path = 'csv'): Csv {
  const lines = text.replaceAll('"', '').split(/\r?\n/);
  const header = lines[0]!.split(',');
  const rows: string[][] = [];
  for (let i = 1; i < lines.length; i++) {
    if (lines[i] === '') continue;
    const row = lines[i]!.split(',');
    // R writes row names as a first column without a heading
    if (rows.length === 0 && row.length === header.length + 1) header.unshift('');
    // Fewer is a file cut short, and its last fields missing; more would shift every column behind the comma.
    if (row.length > header.length) {
      throw new RivuletError(
        'DATA_INVALID',
        `line ${i + 1} of ${path} has ${row.length} fields, its header ${header.length}: ${lines[i]}`,
        { path, line: i + 1, expected: header.length, got: row.length },
      );
    }
    rows.push(row);
  }
  const index = (name: string) => {
    const at = header.indexOf(name);
    if (at >= 0) return at;
    throw new RivuletError('DATA_INVALID', `${path} has no column ${name}; it has ${header.join(', ')}`, {
      path,
      name,
      header,
    });
  };
  return {
    header,
    rows,
    numbers(name) {
      const at = index(name);
      return Float64Array.from(rows, (row) => toNumber(row[at]));
    },
    text(name) {
      const at = index(name);
      return rows.map((row) => row[at] ?? '');
    },
  };
}

function toNumber(field = ''): number {
  const value = field.trim() === '' ? Number.NaN : Number(field);
  return Number.isFinite(value) ? value : Number.NaN;
}
