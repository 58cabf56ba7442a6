/** Samples as JSONL, the simplest form that data of one's own can have: one JSON object a line, keys checked. */
import { basename } from 'node:path';
import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { readText } from './readText.ts';

export interface JsonLine<T> {
  readonly value: T;
  /** `line 3 of tags.jsonl`, for messages. */
  readonly name: string;
}

/** Of a sample: one that float32 holds, which 1e39 is not, and what JSON makes of 1e400. */
export const finiteNumber = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(Math.fround(value)), 'it is not finite in float32'),
);

/**
 * Empty lines are passed over.
 * @param path absolute; `.gz` is unpacked
 * @throws DATA_INVALID naming file, line and key: `line 3 of tags.jsonl: y: ...`
 */
export async function readJsonLines<S extends v.GenericSchema>(
  path: string,
  schema: S,
): Promise<JsonLine<v.InferOutput<S>>[]> {
  const text = await readText(path);
  return text.split('\n').flatMap((row, i) => {
    if (row.trim() === '') return [];
    const name = `line ${i + 1} of ${basename(path)}`;
    const result = v.safeParse(schema, parsed(row, name), { abortEarly: true });
    if (result.success) return [{ value: result.output, name }];
    const [issue] = result.issues;
    const key = v.getDotPath(issue) ?? '';
    const unknown = issue.type === 'strict_object' && issue.expected === 'never';
    throw lineError(name, `${key || 'the whole'}: ${unknown ? 'there is no such key' : issue.message}`, {
      key,
      got: issue.received,
    });
  });
}

/** A line whose content cannot be learned from. */
export function lineError(
  name: string,
  message: string,
  details: Record<string, unknown> = {},
): RivuletError {
  return new RivuletError('DATA_INVALID', `${name}: ${message}`, { sample: name, ...details });
}

function parsed(row: string, name: string): unknown {
  try {
    return JSON.parse(row);
  } catch (cause) {
    throw lineError(name, `is no JSON: ${(cause as Error).message}`);
  }
}
