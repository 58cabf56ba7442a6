/** Reads the small CSV files sensor data comes as, gzipped or not: header, rows, columns of numbers. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { RivuletError } from '@rivulet/core';

export interface Csv {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Column as numbers, [rows]; empty, NA, NaN and anything else that is no number is NaN. */
  numbers(name: string): Float64Array;
  /** Column as text, [rows]. */
  text(name: string): string[];
}

/** @param path file name; where it is absent the same name with `.gz` is read. DATA_INVALID names what is missing. */
export async function readCsv(path: string): Promise<Csv> {
  const file = existsSync(path) ? path : `${path}.gz`;
  if (!existsSync(file)) {
    throw new RivuletError('DATA_INVALID', `neither ${path} nor ${path}.gz exists`, { path });
  }
  const bytes = await readFile(file);
  return parseCsv((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'), path);
}

/** Quotes are dropped; a field never holds a comma in the sets read here. */
export function parseCsv(text: string, path = 'csv'): Csv {
  const lines = text.replaceAll('"', '').split(/\r?\n/);
  const header = lines[0]!.split(',');
  const rows: string[][] = [];
  for (let i = 1; i < lines.length; i++) if (lines[i] !== '') rows.push(lines[i]!.split(','));
  // R writes row names as a first column without a heading
  if (rows.length > 0 && rows[0]!.length === header.length + 1) header.unshift('');
  const index = (name: string) => {
    const at = header.indexOf(name);
    if (at < 0)
      throw new RivuletError('DATA_INVALID', `${path} has no column ${name}`, { path, name, header });
    return at;
  };
  return {
    header,
    rows,
    numbers(name) {
      const at = index(name);
      return Float64Array.from(rows, (row) => {
        const field = row[at];
        return field === undefined || field.trim() === '' ? Number.NaN : Number(field);
      });
    },
    text(name) {
      const at = index(name);
      return rows.map((row) => row[at] ?? '');
    },
  };
}
