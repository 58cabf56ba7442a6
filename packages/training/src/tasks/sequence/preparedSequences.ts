/** What a task reads whose lines are a sequence `x` and an answer: numbers, or what is named by a class, tags or tokens. */
import { type TokenUnit, Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import type { JsonLine } from '../../data/readJsonLines.ts';
import { parseOptions } from '../../parseOptions.ts';
import type { Recipe } from '../../recipe.ts';
import { checkPorts } from './checkNetwork.ts';
import type { Split } from './sequenceData.ts';
import { fileKeys, readSequenceFiles, tokenKeys } from './sequenceFiles.ts';
import { featuresOf, namedTokens, StepReader, type StepsSample } from './stepReader.ts';

/** Keys of `data` of all of these tasks. */
export const sequenceKeys = { ...fileKeys, ...tokenKeys };

/** And of those whose answers are named. */
export const namedKeys = {
  ...sequenceKeys,
  /** What answers are made of, in the order of the network's outputs; absent: that of the train file, sorted. */
  labels: v.optional(v.array(v.string())),
};

export interface ReadSequences<L> {
  /** Of the network, in the order of the recipe. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Of the first input. */
  readonly reader: StepReader;
  readonly lines: Readonly<Record<Split, readonly JsonLine<L>[]>>;
  /** Absolute. */
  readonly files: readonly string[];
}

export interface PreparedSequences<L> extends ReadSequences<L> {
  readonly labels: Vocabulary;
}

type LineSchema = v.GenericSchema<unknown, { x: StepsSample }>;

/**
 * @param options keys of `data`, parsed
 * @param what the network's inputs are, one word each; the first reads x
 * @throws as `preparedSequences`
 */
export async function readSequences<S extends LineSchema>(
  recipe: Recipe,
  dataFolder: string,
  split: 'val' | 'test',
  options: v.InferOutput<v.ObjectSchema<typeof sequenceKeys, undefined>>,
  line: S,
  what: readonly string[],
): Promise<ReadSequences<v.InferOutput<S>>> {
  const inputs = checkPorts(recipe, what);
  const { files, ...lines } = await readSequenceFiles(options, dataFolder, split, line);
  const x = lines.train.map(({ value }) => value.x);
  const reader = new StepReader(recipe, inputs[0]!, options, x);
  return { inputs, output: recipe.network.outputs[0]!, reader, lines, files };
}

/**
 * @param dataFolder where paths of the recipe start
 * @param split what stands as the validation part
 * @param plan.inputs what the network's inputs are, one word each; the first reads x
 * @param plan.answer a line's answer as labels, where texts are cut by `unit`
 * @throws RECIPE_INVALID for keys, ports and tokens that do not fit, DATA_INVALID naming file, line and key
 */
export async function preparedSequences<S extends LineSchema>(
  recipe: Recipe,
  dataFolder: string,
  split: 'val' | 'test',
  plan: {
    readonly data: v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<typeof namedKeys, undefined>>>;
    readonly line: S;
    readonly inputs: readonly string[];
    answer(line: v.InferOutput<S>, unit: TokenUnit): readonly string[];
  },
): Promise<PreparedSequences<v.InferOutput<S>>> {
  const options = parseOptions(plan.data, recipe.data, 'data');
  const { targetUnit } = featuresOf(recipe);
  const read = await readSequences(recipe, dataFolder, split, options, plan.line, plan.inputs);
  const labels = options.labels
    ? namedTokens(options.labels, 'data.labels')
    : Vocabulary.of(read.lines.train.map(({ value }) => plan.answer(value, targetUnit)));
  return { ...read, labels };
}

/** @param read a line as the sample that batches are made of */
export function samplesOf<L, S>(
  { lines: { train, val } }: Pick<ReadSequences<L>, 'lines'>,
  read: (line: JsonLine<L>) => S,
): Record<Split, S[]> {
  return { train: train.map(read), val: val.map(read) };
}
