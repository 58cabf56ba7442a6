/** Samples of ink that each are of one class, as batches for a network that says which. */
import { type InkFeatures, inkFeatures, normalise } from '@rivulet/core';
import { augmentInk, augmentStep, type InkAugment } from '../data/inkAugment.ts';
import { inkLaneBatch, longestFirst } from '../data/inkLaneBatch.ts';
import { InkSet, type LabelledInk } from '../data/inkSet.ts';
import type { Random } from '../random.ts';
import type { Batch, LaneTensors, TaskData } from '../task.ts';
import { classesFigures, classesLoss, classesScore } from './classLoss.ts';
import { pathSteps } from './inkCtcData.ts';

export interface InkClassOptions {
  readonly augment: InkAugment;
  /** Distance of two steps along the pen's path, in heights. */
  readonly step: number;
  readonly deslant: boolean;
  /** Part of the target that is spread over all classes. */
  readonly smoothing: number;
  /** A sample that augmentation leaves fewer comes as it is. */
  readonly fewestSteps: number;
  /** Where the samples come from. */
  readonly files: readonly string[];
}

/** Name of the network's output. */
export const OUTPUT = 'logits';

interface Target {
  /** [size] */
  readonly answers: readonly number[];
}

export class InkClassData implements TaskData {
  readonly labels: readonly string[];
  readonly files: readonly string[];
  readonly notes: Record<string, number>;
  readonly #options: InkClassOptions;
  readonly #sets: Readonly<Record<'train' | 'val', InkSet>>;
  readonly #steps: Readonly<Record<'train' | 'val', Int32Array>>;

  /** @param labels the classes, in the order of the network's outputs; every sample's is among them */
  constructor(
    options: InkClassOptions,
    labels: readonly string[],
    train: readonly LabelledInk[],
    val: readonly LabelledInk[],
  ) {
    this.labels = labels;
    this.files = options.files;
    this.#options = options;
    this.#sets = { train: this.#prepared(train), val: this.#prepared(val) };
    const steps = (set: InkSet): Int32Array =>
      Int32Array.from(set.labels, (_, i) => pathSteps(set.ink(i), options.step));
    this.#steps = { train: steps(this.#sets.train), val: steps(this.#sets.val) };
    const sum = this.#steps.train.reduce((a, b) => a + b, 0);
    this.notes = {
      writers: new Set(this.#sets.train.writers).size,
      'validation writers': new Set(this.#sets.val.writers).size,
      'steps of a sample': Math.round((10 * sum) / train.length) / 10,
    };
  }

  get trainCount(): number {
    return this.#sets.train.count;
  }
  get valCount(): number {
    return this.#sets.val.count;
  }
  trainLength(i: number): number {
    return this.#steps.train[i]!;
  }
  valLength(i: number): number {
    return this.#steps.val[i]!;
  }
  sampleName(split: 'train' | 'val', i: number): string {
    const { labels, writers } = this.#sets[split];
    return `${JSON.stringify(labels[i])} by writer ${writers[i]}`;
  }

  batch(split: 'train' | 'val', indices: ArrayLike<number>, random: Random): Batch {
    const { step, augment, fewestSteps } = this.#options;
    const set = this.#sets[split];
    const samples: InkFeatures[] = [];
    const answers: number[] = [];
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k]!;
      answers.push(this.labels.indexOf(set.labels[i]!));
      if (split === 'val') {
        samples.push(inkFeatures(set.ink(i), { step, deslant: false }));
        continue;
      }
      const own = random.derive(i);
      const ink = augmentInk(set.ink(i), augment, own);
      const drawn = inkFeatures(ink, { step: augmentStep(step, augment, own), deslant: false });
      samples.push(drawn.steps < fewestSteps ? inkFeatures(set.ink(i), { step, deslant: false }) : drawn);
    }
    // Validation is not augmented: its batches are of one length already.
    const order = split === 'train' ? longestFirst(samples) : undefined;
    const target: Target = { answers: order ? Array.from(order, (k) => answers[k]!) : answers };
    return { ...inkLaneBatch(samples, order), target };
  }

  loss(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number } {
    const smoothing = gradients ? this.#options.smoothing : 0;
    const { answers } = batch.target as Target;
    return classesLoss(outputs[OUTPUT]!, outputLengths, answers, smoothing, gradients?.[OUTPUT]);
  }

  score(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
  ): Record<'wrong' | 'samples', number> {
    return classesScore(outputs[OUTPUT]!, outputLengths, (batch.target as Target).answers);
  }

  figures(sums: Readonly<Record<string, number>>): { error: number; best: number } {
    return classesFigures(sums);
  }

  mistakes({ wrong }: Readonly<Record<string, number>>): number {
    return wrong!;
  }

  /** Upright and of unit height, once; what augmentation then does to it stays. */
  #prepared(samples: readonly LabelledInk[]): InkSet {
    // As much as they need: on the device a person has a few dozen.
    const set = new InkSet(
      samples.reduce((all, { ink }) => all + ink.reduce((n, { x }) => n + x.length, 0), 1),
    );
    const { deslant } = this.#options;
    for (const sample of samples) set.add({ ...sample, ink: normalise(sample.ink, { deslant }).ink });
    return set;
  }
}
