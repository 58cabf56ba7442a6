/**
 * Words and isolated characters of ink as batches for a CTC network: features in, labels beside them, loss and
 * errors counted.
 */
import { ctcGreedy, type Ink, type InkFeatures, inkFeatures } from '@rivulet/core';
import { augmentInk, augmentStep, type InkAugment } from '../data/inkAugment.ts';
import { inkLaneBatch, longestFirst } from '../data/inkLaneBatch.ts';
import type { InkSet } from '../data/inkSet.ts';
import { ctcBatchLoss } from '../losses/ctcBatchLoss.ts';
import { minimumSteps } from '../losses/ctcLoss.ts';
import type { Random } from '../random.ts';
import type { Batch, LaneTensors, TaskData } from '../task.ts';
import { editDistance } from './editDistance.ts';

/** Steps an isolated character is booked with in the length buckets; which one it is shows only when drawn. */
const CHAR_STEPS = 14;
/** Class of a character that training never saw: a rare one of the validation part. */
const UNKNOWN = -1;
/** Name of the network's output. */
export const OUTPUT = 'logits';

export interface InkDataOptions {
  /** Isolated characters an epoch, drawn anew each time; 0 = words alone. */
  readonly chars: number;
  readonly augment: InkAugment;
  /** Distance of two steps along the pen's path, in heights. */
  readonly step: number;
  /** Index 0 is the blank. Absent: the characters of the training samples. */
  readonly alphabet?: readonly string[];
  /** Steps of the network's output for those of its input. */
  readonly outputSteps: (steps: number) => number;
  /** Samples with fewer steps than their labels need, by name, for the log. */
  readonly leftOut?: Readonly<Record<'training' | 'validation', readonly string[]>>;
  /** Where the samples come from. */
  readonly files?: readonly string[];
}

interface Target {
  /** Classes of each real lane's label. */
  readonly labels: readonly Int32Array[];
  /** Lanes of validation whose label no path can spell: errors that the score counts, without a loss. */
  readonly scoredAlone: ReadonlySet<number>;
}

export class InkCtcData implements TaskData {
  /** Index 0 is the blank. */
  readonly alphabet: readonly string[];
  readonly notes: Record<string, number | string>;
  readonly files: readonly string[];
  readonly #options: InkDataOptions;
  readonly #words: InkSet;
  readonly #chars: InkSet;
  readonly #val: InkSet;
  readonly #wordSteps: Int32Array;
  readonly #valSteps: Int32Array;
  readonly #classes: ReadonlyMap<string, number>;

  constructor(options: InkDataOptions, words: InkSet, chars: InkSet, val: InkSet) {
    const { step, files = [] } = options;
    this.#options = options;
    this.files = files;
    this.#words = words;
    this.#chars = chars;
    this.#val = val;
    this.alphabet = options.alphabet ?? ['', ...charactersOf([...words.labels, ...chars.labels])];
    this.#classes = new Map(this.alphabet.map((grapheme, c) => [grapheme, c]));
    this.#wordSteps = Int32Array.from(words.labels, (_, i) => pathSteps(words.ink(i), step));
    this.#valSteps = Int32Array.from(val.labels, (_, i) => pathSteps(val.ink(i), step));
    this.notes = {
      words: words.count,
      writers: new Set(words.writers).size,
      'isolated characters': chars.count,
      'validation words': val.count,
      'validation writers': new Set(val.writers).size,
      'steps of a word': Math.round((10 * this.#wordSteps.reduce((a, b) => a + b, 0)) / words.count) / 10,
      classes: this.alphabet.length,
    };
    this.#noteLeftOut();
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

  sampleName(split: 'train' | 'val', i: number): string {
    if (split === 'train' && i >= this.#words.count) return 'an isolated character';
    const set = split === 'train' ? this.#words : this.#val;
    return `${JSON.stringify(set.labels[i])} by ${set.contributors[i]} ${set.writers[i]}`;
  }

  batch(split: 'train' | 'val', indices: ArrayLike<number>, random: Random): Batch {
    const samples: InkFeatures[] = [];
    const labels: Int32Array[] = [];
    const scoredAlone = new Set<number>();
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k]!;
      if (split === 'val') {
        const sample = this.#featuresOf(this.#val.ink(i), this.#options.step);
        const label = this.#classesOf(this.#val.labels[i]!);
        if (!this.#hasSteps(sample, label) || label.includes(UNKNOWN)) scoredAlone.add(k);
        samples.push(sample);
        labels.push(label);
        continue;
      }
      const own = random.derive(i);
      const set = i < this.#words.count ? this.#words : this.#chars;
      const which = set === this.#words ? i : own.int(this.#chars.count);
      const label = this.#classesOf(set.labels[which]!);
      const ink = augmentInk(set.ink(which), this.#options.augment, own);
      const drawn = this.#featuresOf(ink, augmentStep(this.#options.step, this.#options.augment, own));
      // Augmentation may leave a word too few steps for its label: then it comes as it is.
      samples.push(
        this.#hasSteps(drawn, label) ? drawn : this.#featuresOf(set.ink(which), this.#options.step),
      );
      labels.push(label);
    }
    // Validation is not augmented: its batches are of one length already, and `scoredAlone` counts their lanes.
    const order = split === 'train' ? longestFirst(samples) : undefined;
    const target: Target = { labels: order ? Array.from(order, (k) => labels[k]!) : labels, scoredAlone };
    return { ...inkLaneBatch(samples, order), target };
  }

  loss(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const output = outputs[OUTPUT]!;
    const { labels, scoredAlone } = batch.target as Target;
    const target = labels.map((label, lane) => (scoredAlone.has(lane) ? undefined : label));
    return ctcBatchLoss({
      output,
      target,
      size: batch.size,
      lengths: outputLengths,
      gradient: gradients?.[OUTPUT],
    });
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

  mistakes({ edits }: Readonly<Record<string, number>>): number {
    return edits!;
  }

  /** Stored ink is upright already, and must keep the slant that augmentation gave it. */
  #featuresOf(ink: Ink, step: number): InkFeatures {
    return inkFeatures(ink, { step, deslant: false });
  }

  #classesOf(label: string): Int32Array {
    return Int32Array.from([...label], (grapheme) => this.#classes.get(grapheme) ?? UNKNOWN);
  }

  #hasSteps({ steps }: InkFeatures, label: Int32Array): boolean {
    return this.#options.outputSteps(steps) >= minimumSteps(label);
  }

  #noteLeftOut(): void {
    const { training = [], validation = [] } = this.#options.leftOut ?? {};
    const list = (names: readonly string[]): string => `${names.length}: ${names.join(', ')}`;
    if (training.length > 0) this.notes['left out, too short for their labels'] = list(training);
    if (validation.length > 0) {
      this.notes['scored without a loss, too short for their labels'] = list(validation);
    }
    const unseen = this.#val.labels.filter((label) => this.#classesOf(label).includes(UNKNOWN)).length;
    if (unseen > 0) this.notes['scored without a loss, of characters that training lacks'] = unseen;
  }
}

function charactersOf(labels: readonly string[]): string[] {
  return [...new Set(labels.flatMap((label) => [...label]))].sort();
}

/** Steps `resample` will make of ink of unit height. */
export function pathSteps(ink: Ink, step: number): number {
  let steps = 0;
  for (const { x, y } of ink) {
    let length = 0;
    for (let p = 1; p < x.length; p++) length += Math.hypot(x[p]! - x[p - 1]!, y[p]! - y[p - 1]!);
    if (x.length > 0) steps += 1 + Math.round(length / step);
  }
  return steps;
}
