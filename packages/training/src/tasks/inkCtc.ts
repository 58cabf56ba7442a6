/**
 * The recogniser's task: a word of ink in, the probability of each character or of none at each step out, CTC
 * loss. The data is UNIPEN, split by writer.
 */
import { INK_FEATURE_VERSION, INK_FEATURES, type Ink, normalise, RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { InkAugmentRecipe } from '../data/inkAugment.ts';
import { InkSet } from '../data/inkSet.ts';
import { thinInk } from '../data/inkThin.ts';
import { unipenFiles, unipenSamples } from '../data/unipenSamples.ts';
import { parseOptions } from '../parseOptions.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { Task, TaskData, TaskManifest } from '../task.ts';
import { InkCtcData, OUTPUT, pathSteps } from './inkCtcData.ts';
import { fitsLabel, joinedSteps } from './inkSteps.ts';

const DataRecipe = v.strictObject({
  /** Contributors that are not trained on. */
  exclude: v.optional(v.array(v.string()), []),
  /** Contributors that are not validated on. */
  excludeVal: v.optional(v.array(v.string()), []),
  /** Isolated characters an epoch, drawn anew each time; 0 = words alone. */
  chars: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** Words and characters of more steps are left out of training. */
  maxSteps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 600),
  augment: v.optional(InkAugmentRecipe, {}),
});

const FeatureRecipe = v.strictObject({
  step: v.pipe(v.number(), v.gtValue(0)),
  deslant: v.optional(v.boolean(), true),
});

async function readSet(
  dataFolder: string,
  category: 'words' | 'chars',
  split: 'train' | 'val',
  { exclude, deslant, usable }: SetOptions,
): Promise<InkSet> {
  const set = new InkSet();
  for await (const sample of unipenSamples(dataFolder, category, split)) {
    if (exclude.includes(sample.contributor)) continue;
    const upright = normalise(sample.ink, { deslant }).ink;
    const ink = split === 'train' ? thinInk(upright) : upright;
    if (usable(ink, sample.label)) set.add({ ...sample, ink });
  }
  return set;
}

interface SetOptions {
  readonly exclude: readonly string[];
  readonly deslant: boolean;
  /** Whether a sample, upright and of unit height, can be learned from. */
  readonly usable: (ink: Ink, label: string) => boolean;
}

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
  const joined = joinedSteps(recipe.network);
  const fits = (ink: Ink, label: string): boolean => {
    const steps = pathSteps(ink, features.step);
    return steps <= options.maxSteps && fitsLabel(steps, label, joined);
  };
  const { deslant } = features;
  const train = { exclude: options.exclude, deslant, usable: fits };
  const val = { exclude: options.excludeVal, deslant, usable: () => true };
  const words = await readSet(dataFolder, 'words', 'train', train);
  const chars = options.chars > 0 ? await readSet(dataFolder, 'chars', 'train', train) : new InkSet();
  const valWords = await readSet(dataFolder, 'words', 'val', val);
  const files = await unipenFiles(dataFolder, [
    { category: 'words', split: 'train' },
    { category: 'words', split: 'val' },
    ...(options.chars > 0 ? [{ category: 'chars', split: 'train' } as const] : []),
  ]);
  const own = { chars: options.chars, augment: options.augment, step: features.step, files };
  const data = new InkCtcData(own, words, chars, valWords);
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
