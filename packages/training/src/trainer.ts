/**
 * A training run from its recipe to its last step: batches in the order that the seed gives, steps over all
 * threads, validation, the best weights kept, and checkpoints from which the run goes on bit for bit.
 *
 * What may happen next depends only on (recipe, step), never on running state such as a generator's position.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { RivuletError } from '@rivulet/core';
import { batchesPerEpoch, epochBatches, validationBatches } from './bptt/epochBatches.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint/checkpoint.ts';
import { recipeHash } from './checkpoint/recipeHash.ts';
import { initialise } from './nn/initialise.ts';
import { type NetworkPlan, planNetwork } from './nn/networkPlan.ts';
import { learningRate } from './optim/learningRate.ts';
import type { KernelVariant, SharedState, TaskSource } from './parallel/protocol.ts';
import { createSharedState } from './parallel/sharedState.ts';
import { ThreadPool } from './parallel/threadPool.ts';
import { Random } from './random.ts';
import type { Recipe } from './recipe.ts';
import type { TrainEvent, TrainResult } from './trainEvent.ts';

export interface TrainOptions {
  readonly recipe: Recipe;
  /** Where the task's code is; the recipe's own name by default. */
  readonly task?: TaskSource;
  readonly dataFolder: string;
  /** Folder of the checkpoints `last.ckpt` and `best.ckpt`. */
  readonly runFolder: string;
  readonly threads?: number;
  readonly variant?: KernelVariant;
  /** Goes on from `last.ckpt`; without it a run that is there is moved to `previous/`. */
  readonly resume?: boolean;
  /** Stops as if interrupted, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Stops after this step of the run, as if interrupted. */
  readonly stopAfter?: number;
  readonly checkpointSeconds?: number;
  /** Commit of the code, for the checkpoint. */
  readonly commit?: string;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * @throws DIVERGED when loss or gradient stop being finite; the checkpoints from before stay
 * @throws CHECKPOINT_INVALID when asked to resume what is not there, or what another recipe began
 * @throws DATA_INVALID where there is nothing to train on or to validate on
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const run = await Run.open(options);
  try {
    return await run.toEnd();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #options: TrainOptions;
  readonly #recipe: Recipe;
  readonly #hash: string;
  readonly #plan: NetworkPlan;
  readonly #pool: ThreadPool;
  readonly #vectors: Readonly<Record<'weights' | 'm' | 'v' | 'average', Float32Array>>;
  readonly #trainLengths: Int32Array;
  readonly #valBatches: readonly Int32Array[];
  readonly #stepsPerEpoch: number;
  readonly #totalSteps: number;
  readonly #variant: 'plain' | 'relaxed';
  readonly #threads: number;
  /** What the run itself has to say beside the task's notes. */
  readonly #notes: Record<string, string> = {};
  #step = 0;
  #best: Readonly<Record<string, number>> | undefined;
  #lossSum = 0;
  #lossCount = 0;
  #seconds = 0;

  private constructor(options: TrainOptions, plan: NetworkPlan, pool: ThreadPool, shared: SharedState) {
    const { recipe } = options;
    const [first] = pool.ready;
    this.#options = options;
    this.#recipe = recipe;
    this.#hash = recipeHash(recipe);
    this.#plan = plan;
    this.#pool = pool;
    this.#vectors = {
      weights: new Float32Array(shared.weights),
      m: new Float32Array(shared.m),
      v: new Float32Array(shared.v),
      average: new Float32Array(shared.average),
    };
    this.#threads = pool.ready.length;
    this.#variant = first!.variant;
    this.#trainLengths = first!.trainLengths!;
    this.#valBatches = validationBatches(first!.valLengths!, Math.ceil(recipe.batch / this.#threads));
    this.#stepsPerEpoch = batchesPerEpoch(this.#trainLengths.length, recipe.batch);
    this.#totalSteps = this.#stepsPerEpoch * recipe.epochs;
  }

  static async open(options: TrainOptions): Promise<Run> {
    const { recipe, threads = 1, variant = 'auto', dataFolder } = options;
    const plan = planNetwork(recipe.network);
    mkdirSync(options.runFolder, { recursive: true });
    const shared = createSharedState(plan.floats, threads);
    const task = options.task ?? { name: recipe.task };
    const pool = await ThreadPool.open({ recipe, task, dataFolder, variant, threads, shared });
    try {
      const run = new Run(options, plan, pool, shared);
      const [first] = pool.ready;
      // Without validation no weights could be called the best, and none would be exported.
      for (const [what, { length }] of [
        ['training', first!.trainLengths!],
        ['validation', first!.valLengths!],
      ] as const) {
        if (length === 0) {
          throw new RivuletError('DATA_INVALID', `There is no ${what} sample in ${dataFolder}`, {
            dataFolder,
          });
        }
      }
      if (options.resume) run.#restore(readCheckpoint(run.#path('last')));
      else {
        run.#setAside();
        initialise(plan, run.#vectors.weights, recipe.seed);
        run.#vectors.average.set(run.#vectors.weights);
      }
      await pool.ask({ kind: 'restore' });
      return run;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async toEnd(): Promise<TrainResult> {
    const { signal, stopAfter = Number.POSITIVE_INFINITY, checkpointSeconds = 60 } = this.#options;
    const every = this.#recipe.validateEvery ?? this.#stepsPerEpoch;
    this.#announce();
    let saved = performance.now();
    let savedStep = -1;
    let epoch = -1;
    let batches: Int32Array[] = [];
    while (this.#step < this.#totalSteps && this.#step < stopAfter && !signal?.aborted) {
      const now = Math.floor(this.#step / this.#stepsPerEpoch);
      if (now !== epoch) {
        epoch = now;
        batches = this.#batchesOf(epoch);
      }
      await this.#takeStep(epoch, batches[this.#step % this.#stepsPerEpoch]!);
      if (this.#step % every === 0 || this.#step === this.#totalSteps) await this.#validate();
      if (this.#step % this.#stepsPerEpoch === 0 || performance.now() - saved > checkpointSeconds * 1000) {
        await this.#save();
        saved = performance.now();
        savedStep = this.#step;
      }
    }
    if (savedStep !== this.#step) await this.#save();
    const finished = this.#step === this.#totalSteps;
    const best = this.#best ? { best: this.#best } : {};
    return { step: this.#step, totalSteps: this.#totalSteps, finished, ...best };
  }

  #batchesOf(epoch: number): Int32Array[] {
    const random = Random.fromSeed(this.#recipe.seed).derive('epoch', epoch);
    return epochBatches(this.#trainLengths, this.#recipe.batch, this.#recipe.buckets, random);
  }

  async #takeStep(epoch: number, samples: Int32Array): Promise<void> {
    const started = performance.now();
    const lr = learningRate(this.#recipe.optimiser, this.#step, this.#totalSteps);
    const [reply] = await this.#pool.ask({ kind: 'step', step: this.#step, samples, lr });
    const { loss, norm, finite } = reply!;
    if (!finite) {
      throw new RivuletError('DIVERGED', `Step ${this.#step + 1}: loss ${loss}, gradient norm ${norm}`, {
        step: this.#step + 1,
        loss: String(loss),
        norm: String(norm),
      });
    }
    const milliseconds = performance.now() - started;
    this.#step++;
    this.#lossSum += loss;
    this.#lossCount++;
    this.#seconds += milliseconds / 1000;
    this.#emit({
      kind: 'step',
      step: this.#step,
      epoch,
      loss,
      norm,
      lr,
      samples: samples.length,
      milliseconds,
    });
  }

  async #validate(): Promise<void> {
    const started = performance.now();
    await this.#pool.ask({ kind: 'flush' });
    const replies = await this.#pool.ask<'validate'>((thread) => ({
      kind: 'validate',
      batches: this.#valBatches.filter((_, i) => i % this.#threads === thread),
    }));
    const sums: Record<string, number> = {};
    let loss = 0;
    let weight = 0;
    for (const reply of replies) {
      loss += reply.loss;
      weight += reply.weight;
      for (const [key, value] of Object.entries(reply.sums)) sums[key] = (sums[key] ?? 0) + value;
    }
    const [reply] = await this.#pool.ask({ kind: 'figures', sums });
    const valLoss = loss / (weight || 1);
    const figures = { ...reply!.figures, valLoss };
    const isBest = isBetter(figures, this.#best);
    if (isBest) {
      this.#best = { ...figures, step: this.#step };
      writeCheckpoint(this.#path('best'), this.#checkpoint({ weights: this.#exported() }));
    }
    this.#emit({
      kind: 'validation',
      step: this.#step,
      trainLoss: this.#lossSum / (this.#lossCount || 1),
      valLoss,
      figures,
      best: isBest,
      seconds: (performance.now() - started) / 1000,
    });
    this.#lossSum = 0;
    this.#lossCount = 0;
  }

  /** The weights that validation judged. */
  #exported(): Float32Array {
    return this.#recipe.optimiser.ema > 0 ? this.#vectors.average : this.#vectors.weights;
  }

  async #save(): Promise<void> {
    await this.#pool.ask({ kind: 'flush' });
    writeCheckpoint(this.#path('last'), this.#checkpoint(this.#vectors));
    this.#emit({ kind: 'checkpoint', step: this.#step });
  }

  #checkpoint(vectors: Readonly<Record<string, Float32Array>>): Checkpoint {
    const { commit } = this.#options;
    return {
      recipeHash: this.#hash,
      ...(commit === undefined ? {} : { commit }),
      step: this.#step,
      totalSteps: this.#totalSteps,
      trainCount: this.#trainLengths.length,
      threads: this.#threads,
      variant: this.#variant,
      ...(this.#best ? { best: this.#best } : {}),
      lossSum: this.#lossSum,
      lossCount: this.#lossCount,
      seconds: this.#seconds,
      vectors,
    };
  }

  #restore(checkpoint: Checkpoint): void {
    const path = this.#path('last');
    const refuse = (what: string, expected: unknown, got: unknown): never => {
      throw new RivuletError('CHECKPOINT_INVALID', `${path} was made ${what}`, { path, expected, got });
    };
    const { recipeHash, trainCount, threads, variant } = checkpoint;
    if (recipeHash !== this.#hash) refuse('by another recipe', this.#hash, recipeHash);
    const here = this.#trainLengths.length;
    if (trainCount !== here) refuse('from other data', here, trainCount);
    for (const [name, vector] of Object.entries(this.#vectors)) {
      const stored = checkpoint.vectors[name];
      if (stored?.length !== vector.length) refuse('for another network', vector.length, stored?.length);
      vector.set(stored!);
    }
    if (threads !== this.#threads || variant !== this.#variant) {
      this.#notes['begun with'] = `--threads ${threads} --simd ${variant}: goes on, but not bit for bit`;
    }
    this.#step = checkpoint.step;
    this.#best = checkpoint.best;
    this.#lossSum = checkpoint.lossSum;
    this.#lossCount = checkpoint.lossCount;
    this.#seconds = checkpoint.seconds;
  }

  /** A run that is there may be hours of work: whoever forgot to ask for it to go on still finds it. */
  #setAside(): void {
    const aside = join(this.#options.runFolder, 'previous');
    for (const name of ['last', 'best'] as const) {
      if (!existsSync(this.#path(name))) continue;
      mkdirSync(aside, { recursive: true });
      renameSync(this.#path(name), join(aside, `${name}.ckpt`));
      this.#notes['an earlier run was moved to'] = aside;
    }
  }

  #announce(): void {
    const [first] = this.#pool.ready;
    const parameters = this.#plan.parameters.reduce((sum, { size }) => sum + size, 0);
    this.#emit({
      kind: 'start',
      step: this.#step,
      totalSteps: this.#totalSteps,
      stepsPerEpoch: this.#stepsPerEpoch,
      trainCount: this.#trainLengths.length,
      valCount: first!.valLengths!.length,
      parameters,
      threads: this.#threads,
      variant: this.#variant,
      notes: { ...first!.notes, ...this.#notes },
    });
  }

  #emit(event: TrainEvent): void {
    this.#options.onEvent?.(event);
  }
  #path(name: 'last' | 'best'): string {
    return join(this.#options.runFolder, `${name}.ckpt`);
  }
}

/** A lower `best`, or the same with a lower loss: early figures of CTC are all 1. NaN is worse than any number. */
function isBetter(
  found: Readonly<Record<string, number>>,
  held: Readonly<Record<string, number>> | undefined,
): boolean {
  if (!held || (Number.isNaN(held.best) && !Number.isNaN(found.best))) return true;
  return found.best! < held.best! || (found.best === held.best && found.valLoss! < held.valLoss!);
}
