/** What the tasks of sequences have in common: samples that are held as numbers, by split, with their names. */
import { Random } from '../../random.ts';
import type { Batch, LaneTensors, TaskData } from '../../task.ts';

export type Split = 'train' | 'val';

export interface Sample {
  /** For messages: its line and file. */
  readonly name: string;
  /** Steps of the network's first input. */
  readonly length: number;
}

export abstract class SequenceData<S extends Sample> implements TaskData {
  readonly files: readonly string[];
  abstract readonly notes: Readonly<Record<string, number | string>>;
  protected readonly samples: Readonly<Record<Split, readonly S[]>>;

  constructor(samples: Readonly<Record<Split, readonly S[]>>, files: readonly string[]) {
    this.samples = samples;
    this.files = files;
  }

  get trainCount(): number {
    return this.samples.train.length;
  }
  get valCount(): number {
    return this.samples.val.length;
  }
  trainLength(i: number): number {
    return this.samples.train[i]!.length;
  }
  valLength(i: number): number {
    return this.samples.val[i]!.length;
  }
  sampleName(split: Split, i: number): string {
    return this.samples[split][i]!.name;
  }

  batch(split: Split, indices: ArrayLike<number>, random: Random): Batch {
    const chosen = Array.from(indices, (i) => this.samples[split][i]!);
    return this.batchOf(
      chosen,
      Array.from(indices, (i) => random.derive(i)),
      split,
    );
  }

  /** @param randoms a generator for each sample */
  protected abstract batchOf(samples: readonly S[], randoms: readonly Random[], split: Split): Batch;
  abstract loss(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { sum: number; weight: number };
  abstract score(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
  ): Record<string, number>;
  abstract figures(sums: Readonly<Record<string, number>>): Record<string, number> & { best: number };
}

/** Some samples of the validation part, each alone: the exported graph takes no lengths. */
export function parityBatches(data: TaskData): Batch[] {
  const places = [0, 0.3, 0.6, 0.9].map((part) => Math.floor(part * data.valCount));
  return [...new Set(places)].map((i) => data.batch('val', [i], Random.fromSeed(0)));
}
