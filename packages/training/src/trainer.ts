/**
 * A training run from its recipe to its last step: batches in the order that the seed gives, steps over all
 * threads, validation, the best weights kept, and checkpoints from which the run goes on bit for bit.
 *
 * What may happen next depends only on (recipe, step), never on running state such as a generator's position.
 */
import { RivuletError } from '@rivulet/core';
import { batchesPerEpoch, epochBatches, validationBatches } from './bptt/epochBatches.ts';
import { addEvaluations } from './bptt/evaluateBatches.ts';
import { gradientNorms } from './bptt/gradientNorms.ts';
import { truncationOf } from './bptt/truncation.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint/checkpoint.ts';
import { type InitRecord, initialWeights } from './import/initialWeights.ts';
import { checkSingleSteps } from './nn/checkSingleSteps.ts';
import { fewestSteps } from './nn/fewestSteps.ts';
import { checkAllUsed, type NetworkPlan, planNetwork } from './nn/networkPlan.ts';
import { learningRate } from './optim/learningRate.ts';
import type { SharedState, StepReply, StepRequest } from './parallel/protocol.ts';
import { createSharedState } from './parallel/sharedState.ts';
import { StepsAhead } from './parallel/stepsAhead.ts';
import { ThreadPool } from './parallel/threadPool.ts';
import { Random } from './random.ts';
import type { Recipe } from './recipe.ts';
import { type DataHashes, dataHashes } from './run/dataHashes.ts';
import { checkLoss, checkStep, withCheckpoints } from './run/divergence.ts';
import { evaluateRun } from './run/evaluateRun.ts';
import { RunFolder } from './run/runFolder.ts';
import { RunState } from './run/runState.ts';
import { openTask } from './tasks/openTask.ts';
import type { TrainEvent, TrainResult } from './trainEvent.ts';
import type { TrainOptions } from './trainOptions.ts';

export type { TrainOptions };

/**
 * A run that comes to its end leaves evaluation.json, of its best weights.
 * @throws DIVERGED when loss or gradient stop being finite, naming the sample, or the loss has exploded
 *   (`run/divergence.ts`); the checkpoints from before stay, and are named
 * @throws MODEL_NOT_FOUND, ONNX_PARSE, MODEL_SHAPE for a model to begin with that is not one of this network
 * @throws STORAGE_FULL when a file of the run finds no room; what was there before it stays
 * @throws ARGUMENT where the run's folder cannot be made, and for a number of threads that is none
 * @throws CHECKPOINT_INVALID when asked to resume what is not there, or what another recipe began
 * @throws DATA_INVALID where there is nothing to train on or to validate on, or a sample holds NaN or is too short
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const run = await Run.open(options);
  let result: TrainResult;
  try {
    result = await run.toEnd();
  } catch (cause) {
    throw run.tellEnd(cause);
  } finally {
    await run.close();
  }
  // After the threads are gone: their data and this one's need not be there at once.
  return result.finished && result.best ? { ...result, evaluation: await evaluateRun(options) } : result;
}

class Run {
  readonly #options: TrainOptions;
  readonly #recipe: Recipe;
  readonly #plan: NetworkPlan;
  readonly #pool: ThreadPool;
  readonly #steps: StepsAhead;
  readonly #folder: RunFolder;
  readonly #vectors: Readonly<Record<'weights' | 'm' | 'v' | 'average', Float32Array>>;
  readonly #trainLengths: Int32Array;
  readonly #valBatches: readonly Int32Array[];
  readonly #stepsPerEpoch: number;
  readonly #state: RunState;
  /** What the run itself has to say beside the task's notes. */
  readonly #notes: Record<string, string> = {};
  /** The model it began with, if this session began it. */
  #init: InitRecord | undefined;
  /** Step of the checkpoint to go on from. */
  #saved: number | undefined;

  private constructor(
    options: TrainOptions,
    plan: NetworkPlan,
    pool: ThreadPool,
    shared: SharedState,
    data: DataHashes,
  ) {
    const { recipe } = options;
    this.#folder = new RunFolder(options.runFolder);
    const [first] = pool.ready;
    this.#options = options;
    this.#recipe = recipe;
    this.#plan = plan;
    this.#pool = pool;
    this.#steps = new StepsAhead(pool, shared);
    this.#vectors = {
      weights: new Float32Array(shared.weights),
      m: new Float32Array(shared.m),
      v: new Float32Array(shared.v),
      average: new Float32Array(shared.average),
    };
    const threads = pool.ready.length;
    this.#trainLengths = first!.trainLengths!;
    this.#valBatches = validationBatches(first!.valLengths!, Math.ceil(recipe.batch / threads));
    this.#stepsPerEpoch = batchesPerEpoch(this.#trainLengths.length, recipe.batch);
    this.#state = new RunState({
      ...{ recipe, commit: options.commit, data, threads, variant: first!.variant },
      trainCount: this.#trainLengths.length,
      totalSteps: this.#stepsPerEpoch * recipe.epochs,
    });
  }

  static async open(options: TrainOptions): Promise<Run> {
    const { recipe, threads = 1, variant = 'auto', dataFolder } = options;
    checkThreads(threads);
    const plan = planNetwork(recipe.network);
    const task = options.task ?? { name: recipe.task };
    const { vectors } = await openTask(task);
    checkAllUsed(plan);
    const single = vectors?.(recipe) ?? [];
    checkSingleSteps(plan, single);
    fewestSteps(plan, single);
    truncationOf(recipe, plan);
    const shared = createSharedState(plan.floats, threads);
    const pool = await ThreadPool.open({
      ...{ recipe, task, dataFolder, variant, threads, shared },
      squares: options.gradientNorms !== undefined,
    });
    try {
      const [first] = pool.ready;
      const data = await dataHashes(first!.files ?? [], dataFolder);
      const run = new Run(options, plan, pool, shared, data);
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
      if (options.resume) run.#restore();
      else {
        const aside = run.#folder.setAside();
        if (aside) run.#notes['an earlier run was moved to'] = aside;
        const init = options.init ?? recipe.init;
        run.#init = initialWeights(plan, run.#vectors.weights, recipe.seed, init);
        if (run.#init) run.#notes['begins with the weights of'] = run.#init.path;
        run.#vectors.average.set(run.#vectors.weights);
      }
      await pool.ask({ kind: 'restore' });
      run.#begin();
      return run;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      this.#folder.close();
    } finally {
      // Whatever befalls the log: threads that wait keep a process alive.
      await this.#pool.close();
    }
  }

  /** The log says why a run broke off; where it cannot, for want of room, say, the error that is returned still tells. */
  tellEnd(cause: unknown): unknown {
    const error = withCheckpoints(cause, { best: this.#state.best?.step, last: this.#saved });
    const { code = 'INTERNAL', message } = error as { code?: string; message: string };
    try {
      const { step, seconds } = this.#state;
      this.#emit({ kind: 'end', step, seconds, finished: false, error: { code, message } });
    } catch {}
    return error;
  }

  async toEnd(): Promise<TrainResult> {
    const { signal, stopAfter = Number.POSITIVE_INFINITY, checkpointSeconds = 60 } = this.#options;
    const every = this.#recipe.validateEvery ?? this.#stepsPerEpoch;
    const state = this.#state;
    const { totalSteps } = state.identity;
    this.#announce();
    let saved = performance.now();
    const isDue = (): boolean => performance.now() - saved > checkpointSeconds * 1000;
    let epoch = -1;
    let batches: Int32Array[] = [];
    while (!state.isOver && state.step < stopAfter && !signal?.aborted) {
      const now = Math.floor(state.step / this.#stepsPerEpoch);
      if (now !== epoch) {
        epoch = now;
        batches = this.#batchesOf(epoch);
      }
      const next = state.step + 1;
      const goesOn = next < Math.min(totalSteps, stopAfter) && next % every !== 0 && !isDue();
      await this.#takeStep(epoch, batches, goesOn && next % this.#stepsPerEpoch !== 0);
      if (state.step % every === 0 || state.step === totalSteps) await this.#validate();
      if (state.step % this.#stepsPerEpoch === 0 || isDue()) {
        await this.#save();
        saved = performance.now();
      }
    }
    if (this.#saved !== state.step) await this.#save();
    const { step, seconds, isOver: finished, best } = state;
    this.#emit({ kind: 'end', step, seconds, finished });
    return { step, totalSteps, finished, ...(best ? { best } : {}) };
  }

  #batchesOf(epoch: number): Int32Array[] {
    const random = Random.fromSeed(this.#recipe.seed).derive('epoch', epoch);
    return epochBatches(this.#trainLengths, this.#recipe.batch, this.#recipe.buckets, random);
  }

  /** @param goesOn whether the next step comes right after it, in the same epoch */
  async #takeStep(epoch: number, batches: readonly Int32Array[], goesOn: boolean): Promise<void> {
    const state = this.#state;
    const request = this.#request(state.step, batches);
    const next = goesOn ? this.#request(state.step + 1, batches) : undefined;
    const { replies, milliseconds } = await this.#steps.take(request, next);
    checkStep(state.step + 1, replies);
    const { loss, norm } = replies[0]!;
    const found = { loss, norm, lr: request.lr, samples: request.samples.length, milliseconds };
    state.stepped(loss, milliseconds);
    this.#emit({ kind: 'step', step: state.step, epoch, ...found });
    this.#tellNorms(replies);
  }

  #request(step: number, batches: readonly Int32Array[]): StepRequest {
    const samples = batches[step % this.#stepsPerEpoch]!;
    const { identity, patience } = this.#state;
    const lr = learningRate(this.#recipe.optimiser, step, identity.totalSteps, patience.lowered);
    const { gradientNorms: every } = this.#options;
    return { kind: 'step', step, samples, lr, squares: every !== undefined && (step + 1) % every === 0 };
  }

  #tellNorms(replies: readonly StepReply[]): void {
    const parts = replies.flatMap(({ squares }) => squares ?? []);
    if (parts.length > 0) this.#emit({ kind: 'gradients', step: this.#state.step, ...gradientNorms(parts) });
  }

  async #validate(): Promise<void> {
    const started = performance.now();
    const state = this.#state;
    await this.#steps.drop();
    await this.#pool.ask({ kind: 'flush' });
    const replies = await this.#pool.ask<'validate'>((thread) => ({
      kind: 'validate',
      batches: this.#valBatches.filter((_, i) => i % state.identity.threads === thread),
    }));
    const { loss, weight, sums } = addEvaluations(replies);
    const [reply] = await this.#pool.ask({ kind: 'figures', sums });
    const valLoss = loss / (weight || 1);
    const { step, trainLoss } = state;
    checkLoss(step, state.firstLoss, { training: trainLoss, validation: valLoss });
    const figures = { ...reply!.figures, valLoss };
    const isBest = state.validated(figures);
    if (isBest) writeCheckpoint(this.#folder.file('best'), state.checkpoint({ weights: this.#exported() }));
    this.#emit({
      kind: 'validation',
      step,
      trainLoss,
      valLoss,
      figures,
      best: isBest,
      seconds: (performance.now() - started) / 1000,
    });
    state.forgetLosses();
  }

  /** The weights that validation judged. */
  #exported(): Float32Array {
    return this.#recipe.optimiser.ema > 0 ? this.#vectors.average : this.#vectors.weights;
  }

  async #save(): Promise<void> {
    await this.#steps.drop();
    await this.#pool.ask({ kind: 'flush' });
    this.#folder.sync();
    writeCheckpoint(this.#folder.file('last'), this.#state.checkpoint(this.#vectors));
    this.#saved = this.#state.step;
    this.#emit({ kind: 'checkpoint', step: this.#saved });
  }

  #restore(): void {
    const path = this.#folder.file('last');
    const checkpoint = readCheckpoint(path);
    if (!this.#state.restore(checkpoint, path, this.#vectors)) {
      const { threads, variant } = checkpoint;
      this.#notes['begun with'] = `--threads ${threads} --simd ${variant}: goes on, but not bit for bit`;
    }
    this.#saved = checkpoint.step;
  }

  #begin(): void {
    const { step, recipeHash, identity } = this.#state;
    const { commit, data, threads, variant } = identity;
    this.#folder.begin(
      this.#recipe,
      {
        seed: this.#recipe.seed,
        recipeHash,
        data,
        dataFolder: this.#options.dataFolder,
        parameters: this.#parameters(),
        ...(this.#init ? { init: this.#init } : {}),
      },
      {
        step,
        ...(commit === undefined ? {} : { commit }),
        threads,
        variant,
      },
      this.#options.resume ?? false,
    );
  }

  #announce(): void {
    const [first] = this.#pool.ready;
    const { step, identity } = this.#state;
    const { totalSteps, trainCount, threads, variant } = identity;
    this.#emit({
      kind: 'start',
      step,
      totalSteps,
      stepsPerEpoch: this.#stepsPerEpoch,
      trainCount,
      valCount: first!.valLengths!.length,
      parameters: this.#parameters(),
      threads,
      variant,
      notes: { ...first!.notes, ...this.#notes },
    });
  }

  #emit(event: TrainEvent): void {
    this.#folder.record(event);
    this.#options.onEvent?.(event);
  }
  #parameters(): number {
    return this.#plan.parameters.reduce((sum, { size }) => sum + size, 0);
  }
}

/** No machine has use for more, and each holds the data and the weights once more. */
const MOST_THREADS = 256;

function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return;
  const message = `A run has 1 to ${MOST_THREADS} threads, not ${threads}`;
  throw new RivuletError('ARGUMENT', message, { most: MOST_THREADS, got: String(threads) });
}
