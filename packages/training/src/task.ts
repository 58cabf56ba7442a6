/**
 * What a task (words of ink with CTC, series with quantiles, ...) brings to the trainer: its samples, its
 * loss and its figures. The trainer knows batches, networks and gradients, and no task by name.
 */
import type { Manifest } from '@rivulet/core';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/** Activations as the training kernels hold them: `data` is [T][F][lanes], lanes a multiple of 8. */
export interface LaneTensor {
  readonly data: Float32Array;
  readonly T: number;
  readonly F: number;
  readonly lanes: number;
}

/** Named tensors: inputs by ONNX input name, outputs by ONNX output name. */
export type LaneTensors = Readonly<Record<string, LaneTensor>>;

export interface Batch {
  /** Real samples; they fill lanes 0 ... size - 1. */
  readonly size: number;
  /** `size` rounded up to a multiple of 8; the lanes beyond `size` are zero. */
  readonly lanes: number;
  readonly inputs: LaneTensors;
  /**
   * [lanes] valid steps of the recipe's FIRST input, 0 in padding lanes. Absent: every lane is full.
   */
  readonly lengths?: Int32Array;
  /** The same of other inputs, by name: what a decoder reads, say. Absent: every lane is full. */
  readonly inputLengths?: Readonly<Record<string, Int32Array>>;
  /** [size] which of the samples asked for lies in each lane; absent: they lie in the order asked for. */
  readonly order?: Int32Array;
  /** Whatever the task's loss and score need, lane by lane. */
  readonly target: unknown;
}

export interface TaskData {
  readonly trainCount: number;
  readonly valCount: number;
  /** Steps of training sample `i`, for length buckets. */
  trainLength(i: number): number;
  /** Steps of validation sample `i`; without it validation batches stand in index order. */
  valLength?(i: number): number;
  /**
   * Builds a batch; called in each thread on its shard. Augmentation happens here when `split` is train, and
   * draws from `random.derive(indices[k])`, so that a sample looks the same however many threads there are.
   */
  batch(split: 'train' | 'val', indices: ArrayLike<number>, random: Random): Batch;
  /**
   * Sum of the loss over the real lanes, and the weight to divide it by (lanes, points, ...). When
   * `gradients` is there, writes d(sum)/d(output) into it, by output name, laid out like the output; it comes
   * zeroed. The trainer divides by the weight of the whole batch.
   * @param outputLengths [lanes] valid steps of the first output, absent when the batch has no lengths
   */
  loss(
    outputs: LaneTensors,
    outputLengths: Int32Array | undefined,
    batch: Batch,
    gradients?: Readonly<Record<string, Float32Array>>,
  ): { readonly sum: number; readonly weight: number };
  /** The target of steps [start, end) of a batch; tasks whose loss adds up over steps have it, for truncated BPTT. */
  window?(target: unknown, start: number, end: number): unknown;
  /** Sums that add up over validation batches, e.g. { edits, characters }. */
  score(outputs: LaneTensors, outputLengths: Int32Array | undefined, batch: Batch): Record<string, number>;
  /** Figures from the added sums, e.g. { cer, best: cer }; the lowest `best` names the checkpoint to keep. */
  figures(sums: Readonly<Record<string, number>>): Record<string, number> & { best: number };
  /** From the added sums, what a person sees as wrong, counted: letters, signs. Absent: the task counts no mistakes. */
  mistakes?(sums: Readonly<Record<string, number>>): number;
  /** What a person calls a sample, for messages: its writer and label, its sensor and time. */
  sampleName?(split: 'train' | 'val', i: number): string;
  /** Absolute paths of all files that the samples come from; a run keeps their hashes. */
  readonly files?: readonly string[];
  /** Facts worth a log line, e.g. { 'label longer than its steps': 3 }. */
  readonly notes?: Readonly<Record<string, number | string>>;
}

/** The part of the manifest only the task can know. */
export type TaskManifest = Pick<
  Manifest,
  | 'task'
  | 'featureVersion'
  | 'features'
  | 'inputs'
  | 'outputs'
  | 'head'
  | 'languages'
  | 'licence'
  | 'attribution'
>;

export interface Task {
  /** Its recipes name their data files themselves: beside the recipe, unless a data folder is given. */
  readonly dataBesideRecipe?: true;
  /** Inputs of one step, by name; without it all are sequences. */
  vectors?(recipe: Recipe): readonly string[];
  prepare(recipe: Recipe, dataFolder: string): Promise<TaskData>;
  /**
   * The samples that only the closing figures are measured on, as the validation part; for tasks whose data has an
   * official test split. Neither training nor any choice may touch them.
   */
  prepareTest?(recipe: Recipe, dataFolder: string): Promise<TaskData>;
  manifest(recipe: Recipe, data: TaskData): TaskManifest;
  /** Examples for parity.json; all real lanes of full length, because the exported graph takes no lengths. */
  parity(recipe: Recipe, data: TaskData): readonly Batch[];
  /** Text for the model card: what the data is and what the figures mean. Markdown. */
  card?(recipe: Recipe, data: TaskData): string;
}
