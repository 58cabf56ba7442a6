/**
 * The recogniser's task: a word of ink in, the probability of each character or of none at each step out, CTC
 * loss. The data is UNIPEN, split by writer.
 */
import {
  ctcGreedy,
  INK_FEATURE_VERSION,
  INK_FEATURES,
  type Ink,
  type InkFeatures,
  inkFeatures,
  normalise,
  RivuletError,
} from '@rivulet/core';
import * as v from 'valibot';
import { augmentInk, augmentStep, InkAugmentRecipe } from '../data/inkAugment.ts';
import { InkSet } from '../data/inkSet.ts';
import { thinInk } from '../data/inkThin.ts';
import { unipenSamples } from '../data/unipenSamples.ts';
import { ctcLoss, minimumSteps } from '../losses/ctcLoss.ts';
import { parseOptions } from '../parseOptions.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { Batch, LaneTensors, Task, TaskData, TaskManifest } from '../task.ts';
import { editDistance } from './editDistance.ts';

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
type DataOptions = v.InferOutput<typeof DataRecipe>;

const FeatureRecipe = v.strictObject({
  step: v.pipe(v.number(), v.gtValue(0)),
  deslant: v.optional(v.boolean(), true),
});
type FeatureOptions = v.InferOutput<typeof FeatureRecipe>;

/** Points closer than this part of the height are one: a fifth of the finest step in use. */
const THIN = 0.03;
/** Steps an isolated character is booked with in the length buckets; which one it is shows only when drawn. */
const CHAR_STEPS = 14;
const OUTPUT = 'logits';

interface Target {
  /** Classes of each real lane's label. */
  readonly labels: readonly Int32Array[];
}

export class InkCtcData implements TaskData {
  /** Index 0 is the blank. */
  readonly alphabet: readonly string[];
  readonly notes: Record<string, number>;
  readonly #options: DataOptions;
  readonly #features: FeatureOptions;
  readonly #words: InkSet;
  readonly #chars: InkSet;
  readonly #val: InkSet;
  readonly #wordSteps: Int32Array;
  readonly #valSteps: Int32Array;
  readonly #classes: ReadonlyMap<string, number>;

  constructor(options: DataOptions, features: FeatureOptions, words: InkSet, chars: InkSet, val: InkSet) {
    this.#options = options;
    this.#features = features;
    this.#words = words;
    this.#chars = chars;
    this.#val = val;
    const found = new Set([...words.labels, ...chars.labels].flatMap((label) => [...label]));
    this.alphabet = ['', ...[...found].sort()];
    this.#classes = new Map(this.alphabet.map((grapheme, c) => [grapheme, c]));
    this.#wordSteps = Int32Array.from(words.labels, (_, i) => pathSteps(words.ink(i), features.step));
    this.#valSteps = Int32Array.from(val.labels, (_, i) => pathSteps(val.ink(i), features.step));
    this.notes = {
      words: words.count,
      writers: new Set(words.writers).size,
      'isolated characters': chars.count,
      'validation words': val.count,
      'validation writers': new Set(val.writers).size,
      'steps of a word': Math.round((10 * this.#wordSteps.reduce((a, b) => a + b, 0)) / words.count) / 10,
      classes: this.alphabet.length,
    };
  }

  get trainCount(): number {
    return this.#words.count + (this.#chars.count > 0 ? this.#options.chars : 0);
  }
  get valCount(): number {
    return this.#val.count;
  }
  trainLength(i: number): number {
    return this.#wordSteps[i] ?? CHAR_STEPS;
  }
  valLength(i: number): number {
    return this.#valSteps[i]!;
  }

  batch(split: 'train' | 'val', indices: ArrayLike<number>, random: Random): Batch {
    const samples: InkFeatures[] = [];
    const labels: Int32Array[] = [];
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k]!;
      if (split === 'val') {
        samples.push(this.#featuresOf(this.#val.ink(i), this.#features.step));
        labels.push(this.#classesOf(this.#val.labels[i]!));
        continue;
      }
      const own = random.derive(i);
      const set = i < this.#words.count ? this.#words : this.#chars;
      const which = set === this.#words ? i : own.int(this.#chars.count);
      const ink = augmentInk(set.ink(which), this.#options.augment, own);
      samples.push(this.#featuresOf(ink, augmentStep(this.#features.step, this.#options.augment, own)));
      labels.push(this.#classesOf(set.labels[which]!));
    }
    return laneBatch(samples, labels);
  }

  loss(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const { data, T, F, lanes } = outputs[OUTPUT]!;
    const { labels } = batch.target as Target;
    let sum = 0;
    labels.forEach((label, lane) => {
      const layout = { offset: lane, stepStride: F * lanes, classStride: lanes };
      const loss = ctcLoss(data, layout, outputLengths?.[lane] ?? T, F, label, gradients?.[OUTPUT]);
      // Augmentation can leave a word fewer steps than it has letters: it then teaches nothing. NaN must show.
      if (loss !== Infinity) sum += loss;
    });
    return { sum, weight: labels.length };
  }

  score(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
  ): Record<'edits' | 'characters' | 'right' | 'words', number> {
    const { data, T, F, lanes } = outputs[OUTPUT]!;
    const sums = { edits: 0, characters: 0, right: 0, words: 0 };
    (batch.target as Target).labels.forEach((label, lane) => {
      const steps = outputLengths?.[lane] ?? T;
      const own = new Float32Array(steps * F);
      for (let i = 0; i < own.length; i++) own[i] = data[i * lanes + lane]!;
      const edits = editDistance(ctcGreedy(own, steps, F).labels, label);
      sums.edits += edits;
      sums.characters += label.length;
      sums.right += edits === 0 ? 1 : 0;
      sums.words++;
    });
    return sums;
  }

  figures(sums: Readonly<Record<string, number>>): { cer: number; wordAccuracy: number; best: number } {
    const cer = sums.edits! / sums.characters!;
    return { cer, wordAccuracy: sums.right! / sums.words!, best: cer };
  }

  /** Stored ink is upright already, and must keep the slant that augmentation gave it. */
  #featuresOf(ink: Ink, step: number): InkFeatures {
    return inkFeatures(ink, { step, deslant: false });
  }

  #classesOf(label: string): Int32Array {
    // Characters that training never saw (rare ones of the validation part) count as errors: class -1.
    return Int32Array.from([...label], (grapheme) => this.#classes.get(grapheme) ?? -1);
  }
}

/** Samples side by side: [T][features][lanes]. */
function laneBatch(samples: readonly InkFeatures[], labels: readonly Int32Array[]): Batch {
  const lanes = Math.ceil(samples.length / 8) * 8;
  const F = INK_FEATURES;
  const T = samples.reduce((most, { steps }) => Math.max(most, steps), 1);
  const data = new Float32Array(T * F * lanes);
  const lengths = new Int32Array(lanes);
  samples.forEach((sample, lane) => {
    lengths[lane] = sample.steps;
    const own = sample.data;
    for (let i = 0; i < own.length; i++) data[i * lanes + lane] = own[i]!;
  });
  const target: Target = { labels };
  return { size: samples.length, lanes, inputs: { x: { data, T, F, lanes } }, lengths, target };
}

/** Steps `resample` will make of ink of unit height. */
function pathSteps(ink: Ink, step: number): number {
  let steps = 0;
  for (const { x, y } of ink) {
    let length = 0;
    for (let p = 1; p < x.length; p++) length += Math.hypot(x[p]! - x[p - 1]!, y[p]! - y[p - 1]!);
    if (x.length > 0) steps += 1 + Math.round(length / step);
  }
  return steps;
}

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
    const ink = split === 'train' ? thinInk(upright, THIN) : upright;
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
  const joined = recipe.network.layers.reduce((all, l) => all * (l.op === 'join' ? l.factor : 1), 1);
  const fits = (ink: Ink, label: string): boolean => {
    const steps = pathSteps(ink, features.step);
    const codes = Array.from(label, (grapheme) => grapheme.codePointAt(0)!);
    return steps <= options.maxSteps && Math.ceil(steps / joined) >= minimumSteps(codes);
  };
  const { deslant } = features;
  const train = { exclude: options.exclude, deslant, usable: fits };
  const val = { exclude: options.excludeVal, deslant, usable: () => true };
  const data = new InkCtcData(
    options,
    features,
    await readSet(dataFolder, 'words', 'train', train),
    options.chars > 0 ? await readSet(dataFolder, 'chars', 'train', train) : new InkSet(),
    await readSet(dataFolder, 'words', 'val', val),
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
