/** The files of a task whose data is the user's own: named in the recipe, one sample a line. */
import { resolve } from 'node:path';
import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { type JsonLine, readJsonLines } from '../../data/readJsonLines.ts';
import { count } from '../../recipeValues.ts';

/** Keys of `data` that all of these tasks have. Paths start at the data folder, by default that of the recipe. */
export const fileKeys = {
  train: v.string(),
  /** What the checkpoint is chosen by. */
  val: v.string(),
  /** What only `evaluate --split test` reads. */
  test: v.optional(v.string()),
  /** Where the data comes from, in words, for the model's card. */
  source: v.optional(v.string(), ''),
  /** Of the model. */
  licence: v.optional(v.string(), 'not stated'),
};

/** Keys of `data` where the network may read tokens. */
export const tokenKeys = {
  /** By their numbers; absent: those of the train file, sorted. */
  tokens: v.optional(v.array(v.string())),
  /** Tokens that the train file has less often are not among those, but `features.unknown`. */
  minCount: v.optional(count),
};

export interface TokenOptions {
  readonly tokens?: readonly string[] | undefined;
  readonly minCount?: number | undefined;
}

export interface FileOptions {
  readonly train: string;
  readonly val: string;
  readonly test?: string | undefined;
  readonly source: string;
  readonly licence: string;
}

export interface SequenceLines<T> {
  readonly train: readonly JsonLine<T>[];
  /** The val file, or for the closing figures the test file. */
  readonly val: readonly JsonLine<T>[];
  /** Absolute. */
  readonly files: readonly string[];
}

/**
 * @param split what stands as the validation part
 * @throws DATA_INVALID naming file, line and key, or for a test split that the recipe does not name
 */
export async function readSequenceFiles<S extends v.GenericSchema>(
  options: FileOptions,
  dataFolder: string,
  split: 'val' | 'test',
  schema: S,
): Promise<SequenceLines<v.InferOutput<S>>> {
  const files = sequenceFiles(options, dataFolder, split);
  const [train, val] = [await readJsonLines(files[0], schema), await readJsonLines(files[1], schema)];
  if (train.length === 0) throw noSample(files[0]);
  return { train, val, files };
}

/** Of an empty train file nothing else is said: all that a network must fit is counted in it. */
export function noSample(path: string): RivuletError {
  return new RivuletError('DATA_INVALID', `${path} holds no sample to train on`, { file: path });
}

/** The two files that a preparation reads, absolute. @throws DATA_INVALID */
export function sequenceFiles(
  { train, val, test }: FileOptions,
  dataFolder: string,
  split: 'val' | 'test',
): readonly [train: string, val: string] {
  const judged = split === 'val' ? val : test;
  if (judged !== undefined) return [resolve(dataFolder, train), resolve(dataFolder, judged)];
  throw new RivuletError('DATA_INVALID', 'The recipe names no data.test, which --split test would read', {
    key: 'data.test',
  });
}
