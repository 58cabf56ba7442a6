/**
 * Ink of one sign in, which of some classes it is out: many-to-one. The data is the pen digits; whoever tests is
 * never trained on, and choices are made on a part of the training writers.
 */
import { INK_FEATURE_VERSION, INK_FEATURES, normalise, RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { InkAugmentRecipe } from '../data/inkAugment.ts';
import type { LabelledInk } from '../data/inkSet.ts';
import { thinInk } from '../data/inkThin.ts';
import { penDigitsFile, readPenDigits } from '../data/penDigits.ts';
import { unipenFiles, unipenSamples } from '../data/unipenSamples.ts';
import { fewestSteps } from '../nn/fewestSteps.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { parseOptions } from '../parseOptions.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { Task, TaskData } from '../task.ts';
import { checkLongEnough } from './checkLongEnough.ts';
import { InkClassData, OUTPUT } from './inkClassData.ts';

const DataRecipe = v.strictObject({
  set: v.literal('pendigits'),
  /** Writers (of the 30 that train) whose samples validate. */
  valWriters: v.pipe(v.array(v.string()), v.minLength(1)),
  /** Whether the writers that validate are trained on too: for the last run, once all is chosen. */
  trainOnAll: v.optional(v.boolean(), false),
  /** Whether the isolated digits of UNIPEN's training writers are trained on too; they never validate. */
  alsoUnipen: v.optional(v.boolean()),
  /** Part of the target that is spread over all classes. */
  smoothing: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0),
  augment: v.optional(InkAugmentRecipe, {}),
});

const FeatureRecipe = v.strictObject({
  step: v.pipe(v.number(), v.gtValue(0)),
  deslant: v.optional(v.boolean(), true),
});

const LABELS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function optionsOf(recipe: Recipe) {
  const data = parseOptions(DataRecipe, recipe.data, 'data');
  const features = parseOptions(FeatureRecipe, recipe.features, 'features');
  if (recipe.network.inputs.x !== INK_FEATURES) {
    const got = recipe.network.inputs.x;
    const key = 'network.inputs.x';
    const message = `The recipe's ${key} must be ${INK_FEATURES}, the features of ink`;
    throw new RivuletError('RECIPE_INVALID', message, { key, expected: INK_FEATURES, got });
  }
  if (!recipe.network.outputs.includes(OUTPUT)) {
    const message = `The recipe's network.outputs must name ${OUTPUT}`;
    const key = 'network.outputs';
    throw new RivuletError('RECIPE_INVALID', message, { key, expected: OUTPUT, got: recipe.network.outputs });
  }
  // The output need not be the last layer: behind it may stand one that pools.
  const dense = recipe.network.layers.findLastIndex(({ op }) => op === 'dense');
  const layer = recipe.network.layers[dense];
  if (layer?.op === 'dense' && layer.units !== LABELS.length) {
    const key = `network.layers.${dense}`;
    const message = `The recipe's ${key}.units must be ${LABELS.length}, one for each digit`;
    throw new RivuletError('RECIPE_INVALID', message, { key, expected: LABELS.length, got: layer.units });
  }
  return { data, features };
}

async function prepare(recipe: Recipe, dataFolder: string): Promise<InkClassData> {
  const { data } = optionsOf(recipe);
  const samples = await readPenDigits(dataFolder, 'train');
  const unknown = data.valWriters.find((writer) => samples.every((sample) => sample.writer !== writer));
  if (unknown !== undefined) {
    const key = 'data.valWriters';
    const message = `The recipe's ${key} names ${unknown}, a writer without samples`;
    throw new RivuletError('RECIPE_INVALID', message, { key, got: unknown });
  }
  const val = samples.filter(({ writer }) => data.valWriters.includes(writer));
  const others = new Set(data.trainOnAll ? [] : data.valWriters);
  const train = samples.filter(({ writer }) => !others.has(writer));
  const files = [penDigitsFile(dataFolder, 'train')];
  if (data.alsoUnipen) {
    train.push(...(await unipenDigits(dataFolder)));
    files.push(...(await unipenFiles(dataFolder, [UNIPEN])));
  }
  return checked(recipe, files, train, val);
}

/** @throws DATA_INVALID naming a sample that is too short for the network */
function checked(
  recipe: Recipe,
  files: readonly string[],
  train: readonly LabelledInk[],
  val: readonly LabelledInk[],
): InkClassData {
  const { data, features } = optionsOf(recipe);
  const { steps } = fewestSteps(planNetwork(recipe.network), []);
  const options = { ...data, ...features, fewestSteps: steps, files };
  const made = new InkClassData(options, LABELS, train, val);
  checkLongEnough(recipe, made);
  return made;
}

const UNIPEN = { category: 'chars', split: 'train' } as const;

/** Digits that many more hands drew, one by one. */
async function unipenDigits(dataFolder: string): Promise<LabelledInk[]> {
  const digits: LabelledInk[] = [];
  for await (const sample of unipenSamples(dataFolder, UNIPEN.category, UNIPEN.split)) {
    if (!LABELS.includes(sample.label)) continue;
    digits.push({ ...sample, ink: thinInk(normalise(sample.ink, { deslant: false }).ink) });
  }
  return digits;
}

function attributionOf(alsoUnipen: boolean): string {
  const penDigits =
    'Pen-Based Recognition of Handwritten Digits (E. Alpaydin, F. Alimoglu 1998, UCI 81, doi 10.24432/C5MG6K, CC BY 4.0)';
  const unipen =
    'UNIPEN train_r01_v07 (Unipen Consortium 1999, CC BY 4.0, doi 10.5281/zenodo.1195803; I. Guyon, L. Schomaker, ' +
    'R. Plamondon, M. Liberman, S. Janet, ICPR 1994, doi 10.1109/ICPR.1994.576870)';
  return `Trained on ${penDigits}${alsoUnipen ? `, and ${unipen}` : ''}, of which it holds no ink.`;
}

export const inkClass: Task = {
  prepare,
  async prepareTest(recipe, dataFolder): Promise<TaskData> {
    const test = await readPenDigits(dataFolder, 'test');
    return checked(recipe, [penDigitsFile(dataFolder, 'test')], test, test);
  },
  manifest(recipe) {
    return {
      task: 'classes',
      featureVersion: INK_FEATURE_VERSION,
      features: optionsOf(recipe).features,
      inputs: [{ name: 'x', shape: ['T', 'B', INK_FEATURES] }],
      outputs: [{ name: OUTPUT, shape: ['S', 'B', LABELS.length] }],
      head: { kind: 'classes', labels: LABELS },
      licence: 'Apache-2.0',
      attribution: attributionOf(optionsOf(recipe).data.alsoUnipen ?? false),
    };
  },
  parity(_recipe, data) {
    return [0, 0.3, 0.6, 0.9].map((part) =>
      data.batch('val', [Math.floor(part * data.valCount)], Random.fromSeed(0)),
    );
  },
  card(recipe, data) {
    const { notes } = data as InkClassData;
    const { valWriters, trainOnAll, alsoUnipen } = optionsOf(recipe).data;
    const unipen = alsoUnipen
      ? `, and digits of UNIPEN: ${notes.writers} writers in all`
      : `, ${notes.writers} writers`;
    return [
      'Says which digit pen strokes draw. The logits of all steps are averaged; the largest mean is the answer.',
      '',
      `Data: the pen digits in the official split by writer${unipen} to train on.`,
      trainOnAll
        ? 'All was chosen with writers of the pen digits held out; this last run learned from all of them, so `error` ' +
          'below is of writers that it knows. The figure that counts is that of the test writers.'
        : `The writers ${valWriters.join(', ')} were held out to choose by.`,
    ].join('\n');
  },
};
