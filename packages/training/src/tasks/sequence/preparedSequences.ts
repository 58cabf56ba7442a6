/** What a task reads whose lines are a sequence `x` and an answer that is named: by a class, by tags or by tokens. */
import { type TokenUnit, Vocabulary } from '@rivulet/core';
import * as v from 'valibot';
import type { JsonLine } from '../../data/readJsonLines.ts';
import { parseOptions } from '../../parseOptions.ts';
import type { Recipe } from '../../recipe.ts';
import { checkPorts } from './checkNetwork.ts';
import type { Split } from './sequenceData.ts';
import { fileKeys, readSequenceFiles, tokenKeys } from './sequenceFiles.ts';
import { featuresOf, namedTokens, StepReader, type StepsSample } from './stepReader.ts';

/** Keys of `data` of these tasks. */
export const namedKeys = {
  ...fileKeys,
  ...tokenKeys,
  /** What answers are made of, in the order of the network's outputs; absent: that of the train file, sorted. */
  labels: v.optional(v.array(v.string())),
};

export interface PreparedSequences<L> {
  /** Of the network, in the order of the recipe. */
  readonly inputs: readonly string[];
  readonly output: string;
  /** Of the first input. */
  readonly reader: StepReader;
  readonly labels: Vocabulary;
  readonly lines: Readonly<Record<Split, readonly JsonLine<L>[]>>;
  /** Absolute. */
  readonly files: readonly string[];
}

/**
 * @param dataFolder where paths of the recipe start
 * @param split what stands as the validation part
 * @param plan.inputs what the network's inputs are, one word each; the first reads x
 * @param plan.answer a line's answer as labels, where texts are cut by `unit`
 * @throws RECIPE_INVALID for keys, ports and tokens that do not fit, DATA_INVALID naming file, line and key
 */
export async function preparedSequences<S extends v.GenericSchema<unknown, { x: StepsSample }>>(
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
  const inputs = checkPorts(recipe, plan.inputs);
  const { files, ...lines } = await readSequenceFiles(options, dataFolder, split, plan.line);
  const x = lines.train.map(({ value }) => value.x);
  const reader = new StepReader(recipe, inputs[0]!, options, x);
  const labels = options.labels
    ? namedTokens(options.labels, 'data.labels')
    : Vocabulary.of(lines.train.map(({ value }) => plan.answer(value, targetUnit)));
  return { inputs, output: recipe.network.outputs[0]!, reader, labels, lines, files };
}

/** @param read a line as the sample that batches are made of */
export function samplesOf<L, S>(
  { lines: { train, val } }: Pick<PreparedSequences<L>, 'lines'>,
  read: (line: JsonLine<L>) => S,
): Record<Split, S[]> {
  return { train: train.map(read), val: val.map(read) };
}
