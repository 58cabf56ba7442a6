/** What the trainer and its threads say to each other: types only. */
import type { WireError } from '@rivulet/core';
import type { BadSample } from '../bptt/findBadSample.ts';
import type { GradientSquares } from '../bptt/gradientNorms.ts';
import type { Recipe } from '../recipe.ts';

export type KernelVariant = 'auto' | 'plain' | 'relaxed';

/**
 * Memory that all threads and the trainer see; Float32 vectors are as long as the network's flat vector. A lone
 * thread may have it unshared, as on a page that is not isolated.
 */
export interface SharedState {
  /** The weights after the last step. */
  readonly weights: ArrayBufferLike;
  /** Moments and average: up to date after a `flush`. */
  readonly m: ArrayBufferLike;
  readonly v: ArrayBufferLike;
  readonly average: ArrayBufferLike;
  /** One gradient a thread. */
  readonly gradients: readonly ArrayBufferLike[];
  /** Float64 [threads][3]: loss sum, loss weight, square sum of the thread's slice of the gradient. */
  readonly sums: ArrayBufferLike;
  readonly barrier: ArrayBufferLike;
  readonly gate: ArrayBufferLike;
}

/** Where the task's code is: a name of the house, or a module that exports `task` (tests bring their own). */
export type TaskSource = { readonly name: string } | { readonly url: string };

export interface ThreadInit {
  readonly recipe: Recipe;
  readonly task: TaskSource;
  readonly dataFolder: string;
  readonly variant: KernelVariant;
  readonly thread: number;
  readonly threads: number;
  readonly shared: SharedState;
  /** Steps may ask for the squares of gradients, those of the inputs among them. */
  readonly squares?: boolean;
}

/** One training step. */
export interface StepRequest {
  readonly kind: 'step';
  /** Counted from the start of the run. */
  readonly step: number;
  readonly samples: Int32Array;
  readonly lr: number;
  readonly squares?: boolean;
  /** Asked for before the results of the step before are judged: it takes effect only if the gate lets it through. */
  readonly ahead?: boolean;
}

export type Request =
  | StepRequest
  /** Writes moments and average to the shared state. */
  | { readonly kind: 'flush' }
  /** Takes weights, moments and average from the shared state. */
  | { readonly kind: 'restore' }
  /** Scores batches of validation samples with the averaged weights, if the recipe keeps them. */
  | { readonly kind: 'validate'; readonly batches: readonly Int32Array[] }
  /** Turns the sums of all threads into the task's figures. */
  | { readonly kind: 'figures'; readonly sums: Readonly<Record<string, number>> };

export interface ReadyReply {
  readonly kind: 'ready';
  readonly variant: 'plain' | 'relaxed';
  /** Lengths of all samples; from thread 0 alone. */
  readonly trainLengths?: Int32Array;
  readonly valLengths?: Int32Array;
  readonly notes?: Readonly<Record<string, number | string>>;
  /** Files of the data, absolute. */
  readonly files?: readonly string[];
}
export interface StepReply {
  readonly kind: 'step';
  /** Mean loss of the whole batch. */
  readonly loss: number;
  /** Norm of the gradient before clipping. */
  readonly norm: number;
  /** False when loss or gradient are not finite: the weights are then as before. */
  readonly finite: boolean;
  /** When this thread had done it, in milliseconds of the clock that all threads share (`sharedNow.ts`). */
  readonly ended: number;
  /** Where the step asked for them: this thread's part. */
  readonly squares?: GradientSquares;
  /** Of a step asked for ahead that was not let through: all is as before it. */
  readonly dropped?: boolean;
  /** When not finite: this thread's first sample that is not by itself. */
  readonly bad?: BadSample;
}
export interface ValidateReply {
  readonly kind: 'validate';
  readonly loss: number;
  readonly weight: number;
  readonly sums: Readonly<Record<string, number>>;
}
export interface FiguresReply {
  readonly kind: 'figures';
  readonly figures: Readonly<Record<string, number>> & { readonly best: number };
}
export type Reply =
  | ReadyReply
  | StepReply
  | ValidateReply
  | FiguresReply
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly error: WireError };
