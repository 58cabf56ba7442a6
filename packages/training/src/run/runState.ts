/** What a run has come to: all of it that a checkpoint keeps beside the weights, and gives back. */
import { RivuletError } from '@rivulet/core';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { recipeHash } from '../checkpoint/recipeHash.ts';
import { isBetter } from '../optim/isBetter.ts';
import { afterValidation, isExhausted, type Patience } from '../optim/patience.ts';
import type { Recipe } from '../recipe.ts';
import { combinedHash, type DataHashes } from './dataHashes.ts';

/** What a run is of; it never changes. */
export interface RunIdentity {
  readonly recipe: Recipe;
  /** Of the code that trains, where it is known. */
  readonly commit?: string | undefined;
  readonly data: DataHashes;
  readonly trainCount: number;
  readonly totalSteps: number;
  readonly threads: number;
  readonly variant: 'plain' | 'relaxed';
}

type Figures = Readonly<Record<string, number>> & { readonly best: number };

export class RunState {
  readonly identity: RunIdentity;
  readonly recipeHash: string;
  /** Steps taken. */
  step = 0;
  /** Figures of the best validation, with its step. */
  best: Readonly<Record<string, number>> | undefined;
  patience: Patience = { lowered: 1 };
  firstLoss: number | undefined;
  /** Time in steps. */
  seconds = 0;
  #lossSum = 0;
  #lossCount = 0;

  constructor(identity: RunIdentity) {
    this.identity = identity;
    this.recipeHash = recipeHash(identity.recipe);
  }

  /** All steps are taken, or validations have long brought nothing better. */
  get isOver(): boolean {
    const { totalSteps, recipe } = this.identity;
    return this.step >= totalSteps || isExhausted(this.patience, recipe.optimiser);
  }

  /** Mean loss of the steps since the last validation; 0 where there is none. */
  get trainLoss(): number {
    return this.#lossSum / (this.#lossCount || 1);
  }

  stepped(loss: number, milliseconds: number): void {
    this.step++;
    this.firstLoss ??= loss;
    this.#lossSum += loss;
    this.#lossCount++;
    this.seconds += milliseconds / 1000;
  }

  /** @returns whether the weights that were judged are those to keep */
  validated(figures: Figures): boolean {
    const { recipe } = this.identity;
    this.patience = afterValidation(this.patience, recipe.optimiser, figures.best);
    const isBest = recipe.keep === 'last' || isBetter(figures, this.best);
    if (isBest) this.best = { ...figures, step: this.step };
    return isBest;
  }

  /** The next mean of the training loss begins. */
  forgetLosses(): void {
    this.#lossSum = 0;
    this.#lossCount = 0;
  }

  checkpoint(vectors: Checkpoint['vectors']): Checkpoint {
    const { recipe, commit, data, trainCount, totalSteps, threads, variant } = this.identity;
    const { schedule, earlyStop } = recipe.optimiser;
    const waits = schedule === 'plateau' || earlyStop !== undefined;
    return {
      recipeHash: this.recipeHash,
      ...(commit === undefined ? {} : { commit }),
      step: this.step,
      totalSteps,
      trainCount,
      ...(this.#hasFiles() ? { data: combinedHash(data) } : {}),
      threads,
      variant,
      ...(this.best ? { best: this.best } : {}),
      ...(waits ? { patience: this.patience } : {}),
      ...(this.firstLoss === undefined ? {} : { firstLoss: this.firstLoss }),
      lossSum: this.#lossSum,
      lossCount: this.#lossCount,
      seconds: this.seconds,
      vectors,
    };
  }

  /**
   * Goes on from a checkpoint.
   * @param path where it lies, for messages
   * @param vectors are filled with those of the checkpoint
   * @returns whether it goes on bit for bit: not under other threads or kernels
   * @throws CHECKPOINT_INVALID for one of another recipe, of other data or of another network
   */
  restore(checkpoint: Checkpoint, path: string, vectors: Readonly<Record<string, Float32Array>>): boolean {
    const refuse = (what: string, expected: unknown, got: unknown): never => {
      throw new RivuletError('CHECKPOINT_INVALID', `${path} was made ${what}`, { path, expected, got });
    };
    const own = this.identity;
    const { recipeHash, trainCount, data, threads, variant } = checkpoint;
    if (recipeHash !== this.recipeHash) refuse('by another recipe', this.recipeHash, recipeHash);
    if (trainCount !== own.trainCount) refuse('from other data', own.trainCount, trainCount);
    const files = combinedHash(own.data);
    // Checkpoints of before the hashes have none.
    if (data !== undefined && this.#hasFiles() && data !== files) refuse('from other data', files, data);
    for (const [name, vector] of Object.entries(vectors)) {
      const stored = checkpoint.vectors[name];
      if (stored?.length !== vector.length) refuse('for another network', vector.length, stored?.length);
      vector.set(stored!);
    }
    this.step = checkpoint.step;
    this.best = checkpoint.best;
    this.patience = checkpoint.patience ?? this.patience;
    this.firstLoss = checkpoint.firstLoss;
    this.#lossSum = checkpoint.lossSum;
    this.#lossCount = checkpoint.lossCount;
    this.seconds = checkpoint.seconds;
    return threads === own.threads && variant === own.variant;
  }

  #hasFiles(): boolean {
    return Object.keys(this.identity.data).length > 0;
  }
}
