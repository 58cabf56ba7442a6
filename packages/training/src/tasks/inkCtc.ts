/**
 * The recogniser's task: a word of ink in, the probability of each character or of none at each step out, CTC
 * loss. The data is UNIPEN, split by writer.
 */
import { INK_FEATURE_VERSION, INK_FEATURES, RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { InkAugmentRecipe } from '../data/inkAugment.ts';
import { InkSet } from '../data/inkSet.ts';
import { unipenFiles } from '../data/unipenSamples.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { outputSteps } from '../nn/outputSteps.ts';
import { parseOptions } from '../parseOptions.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { Task, TaskData, TaskManifest } from '../task.ts';
import { InkCtcData, OUTPUT } from './inkCtcData.ts';
import { type InkCtcSet, readInkCtcSet } from './inkCtcSet.ts';

const DataRecipe = v.strictObject({
  /** Contributors that are not trained on. */
  exclude: v.optional(v.array(v.string()), []),
  /** Contributors that are not validated on. */
  excludeVal: v.optional(v.array(v.string()), []),
  /** Isolated characters an epoch, drawn anew each time; 0 = words alone. */
  chars: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** Words and characters of more steps are left out of training. */
  maxSteps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 600),
  /** Characters that the network reads, in the order of its classes; other labels are refused. Absent: all of training. */
  alphabet: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => text.length > 0 && new Set(text).size === [...text].length, 'each character once'),
    ),
  ),
  augment: v.optional(InkAugmentRecipe, {}),
});

const FeatureRecipe = v.strictObject({
  step: v.pipe(v.number(), v.gtValue(0)),
  deslant: v.optional(v.boolean(), true),
});

async function prepare(recipe: Recipe, dataFolder: string): Promise<InkCtcData> {
  const options = parseOptions(DataRecipe, recipe.data, 'data');
  const features = parseOptions(FeatureRecipe, recipe.features, 'features');
  if (recipe.network.inputs.x !== INK_FEATURES) {
    throw new RivuletError(
      'RECIPE_INVALID',
      `network.inputs.x must be ${INK_FEATURES}, the features of ink`,
      {
        key: 'network.inputs.x',
        expected: INK_FEATURES,
        got: recipe.network.inputs.x,
      },
    );
  }
  const plan = planNetwork(recipe.network);
  const { deslant, step } = features;
  const { exclude, excludeVal, maxSteps } = options;
  const { tooShort } = recipe;
  const alphabet = options.alphabet === undefined ? undefined : [...options.alphabet];
  const own = {
    ...{ deslant, step, maxSteps, tooShort },
    alphabet: alphabet && new Set(alphabet),
    outputSteps: (steps: number) => outputSteps(plan, steps),
  };
  const words = await readInkCtcSet(dataFolder, 'words', 'train', { ...own, exclude });
  const chars =
    options.chars > 0
      ? await readInkCtcSet(dataFolder, 'chars', 'train', { ...own, exclude })
      : { set: new InkSet(), tooShort: [] };
  if (words.set.count === 0) throw noWord(words, dataFolder);
  const val = await readInkCtcSet(dataFolder, 'words', 'val', { ...own, exclude: excludeVal });
  const files = await unipenFiles(dataFolder, [
    { category: 'words', split: 'train' },
    { category: 'words', split: 'val' },
    ...(options.chars > 0 ? [{ category: 'chars', split: 'train' } as const] : []),
  ]);
  const data = new InkCtcData(
    {
      ...{ chars: options.chars, augment: options.augment, step, files },
      outputSteps: own.outputSteps,
      ...(alphabet ? { alphabet: ['', ...alphabet] } : {}),
      leftOut: { training: [...words.tooShort, ...chars.tooShort], validation: val.tooShort },
    },
    words.set,
    chars.set,
    val.set,
  );
  const last = recipe.network.layers.at(-1);
  const units = data.alphabet.length;
  if (last?.op !== 'dense' || last.units !== units || !recipe.network.outputs.includes(OUTPUT)) {
    throw new RivuletError(
      'RECIPE_INVALID',
      `The last layer must be dense, named ${OUTPUT}, and have ${units} units, one for each class of this data`,
      {
        key: `network.layers.${recipe.network.layers.length - 1}`,
        expected: { op: 'dense', name: OUTPUT, units },
        got: last,
      },
    );
  }
  return data;
}

/** Else the recipe's classes, which are those of the words, would be said to be wrong. */
function noWord({ leftOut, tooShort }: InkCtcSet, dataFolder: string): RivuletError {
  const { exclude, maxSteps } = leftOut;
  const counts = `data.exclude left out ${exclude}, data.maxSteps ${maxSteps}, tooShort ${tooShort.length}`;
  return new RivuletError('DATA_INVALID', `There is no word to train on in ${dataFolder}: ${counts}`, {
    ...{ dataFolder, exclude, maxSteps, tooShort: tooShort.length },
  });
}

function manifest(recipe: Recipe, data: TaskData): TaskManifest {
  const { alphabet } = data as InkCtcData;
  return {
    task: 'ink-text',
    featureVersion: INK_FEATURE_VERSION,
    features: parseOptions(FeatureRecipe, recipe.features, 'features'),
    inputs: [{ name: 'x', shape: ['T', 'B', INK_FEATURES] }],
    outputs: [{ name: OUTPUT, shape: ['S', 'B', alphabet.length] }],
    head: { kind: 'ctc', alphabet: [...alphabet] },
    languages: ['en'],
    licence: 'Apache-2.0',
    attribution:
      'Trained on UNIPEN train_r01_v07 (Unipen Consortium 1999, CC BY 4.0, doi 10.5281/zenodo.1195803; I. Guyon, ' +
      'L. Schomaker, R. Plamondon, M. Liberman, S. Janet, ICPR 1994, doi 10.1109/ICPR.1994.576870), of which it ' +
      'holds no ink.',
  };
}

export const inkCtc: Task = {
  prepare,
  manifest,
  parity(_recipe, data) {
    const own = data as InkCtcData;
    // Words of different length cannot share a batch, because the exported graph takes no lengths.
    return [0, 0.3, 0.6, 0.9].map((part) =>
      own.batch('val', [Math.floor(part * own.valCount)], Random.fromSeed(0)),
    );
  },
  card(recipe, data) {
    const { notes, alphabet } = data as InkCtcData;
    const { excludeVal } = parseOptions(DataRecipe, recipe.data, 'data');
    return [
      'Reads one handwritten English word at a time from pen strokes: letters, digits and punctuation',
      `(${alphabet.length - 1} characters), in print or cursive.`,
      '',
      `Data: UNIPEN train_r01_v07 (CC BY 4.0), ${notes.words} words of ${notes.writers} writers, and isolated`,
      `characters; validated on ${notes['validation words']} words of ${notes['validation writers']} other writers`,
      excludeVal.length === 0
        ? '(all contributors).'
        : `(without the contributors ${excludeVal.join(', ')}: other languages, code, random letters).`,
      '',
      'Figures: `cer` is edits over characters with greedy decoding and no dictionary, `wordAccuracy` the share of',
      'words without an edit. A few percent of the labels are wrong, which no recogniser can make up for.',
      'Not made for: children, scripts other than Latin, accents, mathematics.',
    ].join('\n');
  },
};
