/**
 * One thread of the data-parallel step. It owns a kernel instance with all weights and computes the gradient
 * of its share of the batch; then it owns a slice of the parameters: it adds the other threads' gradients there to
 * its own, in their order, which keeps the sum the same from run to run, updates them, and hands them to all.
 */
import { loadTrainKernels, type TrainKernels, type TrainKernelsOptions } from '@rivulet/kernels/train';
import { evaluateBatches } from '../bptt/evaluateBatches.ts';
import { type BadSample, findBadSample } from '../bptt/findBadSample.ts';
import { type GradientSquares, layerSquares, stepSquares } from '../bptt/gradientNorms.ts';
import { namingSample } from '../bptt/namingSample.ts';
import { shardGradient, takeShard } from '../bptt/shardGradient.ts';
import { TruncatedPass, type Truncation, truncationOf } from '../bptt/truncation.ts';
import type { LossSum } from '../losses/loss.ts';
import { Network } from '../nn/network.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { Optimiser, sliceOf } from '../optim/optimiser.ts';
import { Random } from '../random.ts';
import type { Task, TaskData } from '../task.ts';
import { Barrier } from './barrier.ts';
import { Gate } from './gate.ts';
import type {
  ReadyReply,
  Reply,
  Request,
  StepReply,
  StepRequest,
  ThreadInit,
  ValidateReply,
} from './protocol.ts';
import { sharedNow } from './sharedNow.ts';

const DROPPED: StepReply = { kind: 'step', loss: 0, norm: 0, finite: true, ended: 0, dropped: true };

/** What all threads found together, and did. */
interface Update {
  readonly sum: number;
  readonly weight: number;
  readonly norm: number;
  readonly finite: boolean;
  readonly squares?: GradientSquares;
}

export class TrainerThread {
  readonly #init: ThreadInit;
  readonly #data: TaskData;
  readonly #network: Network;
  readonly #optimiser: Optimiser;
  readonly #barrier: Barrier;
  readonly #gate: Gate;
  readonly #random: Random;
  readonly #weights: Float32Array;
  readonly #m: Float32Array;
  readonly #v: Float32Array;
  readonly #average: Float32Array;
  readonly #gradients: readonly Float32Array[];
  readonly #sums: Float64Array;
  readonly #kernels: TrainKernels;
  readonly #truncation: Truncation | undefined;
  /** Of the longest training sample. */
  readonly #mostChunks: number;
  /** Where the slice of another thread's gradient is taken in, to be added; a lone thread has none. */
  readonly #othersSlice: number;

  private constructor(init: ThreadInit, data: TaskData, kernels: TrainKernels) {
    const { shared, recipe, thread, threads } = init;
    const plan = planNetwork(recipe.network);
    this.#init = init;
    this.#data = data;
    this.#kernels = kernels;
    this.#network = new Network(kernels, plan, {
      inputGradients: init.squares ?? false,
      rounds: recipe.quantise !== undefined,
    });
    this.#truncation = truncationOf(recipe, plan);
    this.#mostChunks = mostChunks(data, this.#truncation);
    this.#optimiser = new Optimiser(
      kernels,
      recipe.optimiser,
      sliceOf(plan.floats, thread, threads),
      plan.decayFloats,
    );
    const { start, end } = this.#optimiser.slice;
    this.#othersSlice = threads > 1 ? kernels.alloc(end - start) : 0;
    this.#barrier = new Barrier(new Int32Array(shared.barrier), threads);
    this.#gate = new Gate(new Int32Array(shared.gate));
    this.#random = Random.fromSeed(recipe.seed);
    this.#weights = new Float32Array(shared.weights);
    this.#m = new Float32Array(shared.m);
    this.#v = new Float32Array(shared.v);
    this.#average = new Float32Array(shared.average);
    this.#gradients = shared.gradients.map((buffer) => new Float32Array(buffer));
    this.#sums = new Float64Array(shared.sums);
  }

  /** @param task what `init.task` names; whoever opens the thread finds it, for a browser has other ways than Node. */
  static async open(init: ThreadInit, task: Task, options: TrainKernelsOptions = {}): Promise<TrainerThread> {
    const [data, kernels] = await Promise.all([
      task.prepare(init.recipe, init.dataFolder),
      loadTrainKernels({ variant: init.variant, ...options }),
    ]);
    return new TrainerThread(init, data, kernels);
  }

  /** Bytes of the kernels' memory: weights, gradients, moments, activations and scratch. */
  get memoryBytes(): number {
    return this.#kernels.memory.buffer.byteLength;
  }

  ready(): ReadyReply {
    const { variant } = this.#kernels;
    if (this.#init.thread > 0) return { kind: 'ready', variant };
    const data = this.#data;
    const trainLengths = Int32Array.from({ length: data.trainCount }, (_, i) => data.trainLength(i));
    const valLengths = Int32Array.from({ length: data.valCount }, (_, i) => data.valLength?.(i) ?? 0);
    const { notes, files } = data;
    return {
      ...{ kind: 'ready', variant, trainLengths, valLengths },
      ...(notes ? { notes } : {}),
      ...(files ? { files } : {}),
    };
  }

  handle(request: Request): Reply {
    switch (request.kind) {
      case 'step':
        return this.#step(request);
      case 'validate':
        return this.#validate(request.batches);
      case 'figures':
        return { kind: 'figures', figures: this.#data.figures(request.sums) };
      case 'flush':
        this.#flush();
        return { kind: 'done' };
      case 'restore':
        this.#restore();
        return { kind: 'done' };
    }
  }

  #step({ step, samples, lr, squares = false, ahead = false }: StepRequest): StepReply {
    const { thread, threads } = this.#init;
    const random = this.#random.derive('step', step);
    if (!this.#truncation) {
      const found = shardGradient(this.#network, this.#data, samples, thread, threads, random);
      if (ahead && !this.#gate.passes(step)) return DROPPED;
      return this.#reply(this.#update(found, lr, step, squares), samples, random);
    }
    const pass = this.#truncatedPass(samples, random);
    const own = takeShard(samples, thread, threads).indices;
    const chunks = this.#largest(pass?.chunks ?? 0);
    let sum = 0;
    let weight = 0;
    let last: Update | undefined;
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (!pass) this.#network.clearGradients();
      const none = { sum: 0, weight: 0 };
      const found = pass ? namingSample(this.#data, 'train', own, pass, () => pass.gradient(chunk)) : none;
      if (chunk === 0 && ahead && !this.#gate.passes(step)) return DROPPED;
      const before = step * this.#mostChunks + Math.min(chunk, this.#mostChunks - 1);
      last = this.#update(found, lr, before, squares && chunk === chunks - 1);
      sum += last.sum;
      weight += last.weight;
      if (!last.finite) break;
    }
    const whole = last ?? { norm: 0, finite: true };
    return this.#reply({ ...whole, sum, weight }, samples, random);
  }

  #reply({ sum, weight, norm, finite, squares }: Update, samples: Int32Array, random: Random): StepReply {
    const bad = finite ? undefined : this.#badSample(samples, random);
    // A batch without one usable sample has no weight and no gradient.
    const loss = sum * (1 / (weight || 1));
    const what = { ...(squares ? { squares } : {}), ...(bad ? { bad } : {}) };
    return { kind: 'step', loss, norm, finite, ended: sharedNow(), ...what };
  }

  /** This thread's share of a batch; none where there are fewer samples than threads. */
  #truncatedPass(samples: Int32Array, random: Random): TruncatedPass | undefined {
    const { indices, positions } = takeShard(samples, this.#init.thread, this.#init.threads);
    if (indices.length === 0) return undefined;
    const batch = this.#data.batch('train', indices, random.derive('data'));
    const mode = { dropout: random.derive('dropout'), lanePositions: positions };
    return new TruncatedPass(this.#network, this.#data, batch, this.#truncation!, mode);
  }

  /** The largest number that any thread brings. */
  #largest(own: number): number {
    const { thread, threads } = this.#init;
    this.#sums[thread * 3] = own;
    this.#barrier.wait();
    const most = Math.max(...Array.from({ length: threads }, (_, i) => this.#sums[i * 3]!));
    this.#barrier.wait();
    return most;
  }

  /**
   * Adds up what the threads found, and moves the weights unless it is not finite.
   * @param before updates before this one
   */
  #update(found: LossSum, lr: number, before: number, wantsSquares: boolean): Update {
    const { thread, threads } = this.#init;
    const network = this.#network;
    if (threads > 1) this.#copyOthersParts(network.gradients(), this.#gradients[thread]!);
    this.#sums[thread * 3] = found.sum;
    this.#sums[thread * 3 + 1] = found.weight;
    this.#barrier.wait();

    const [sum, weight] = [this.#total(0), this.#total(1)];
    const scale = 1 / (weight || 1);
    this.#sums[thread * 3 + 2] = this.#addGradients(scale);
    this.#barrier.wait();

    const norm = Math.sqrt(this.#total(2));
    const finite = Number.isFinite(sum * scale) && Number.isFinite(norm);
    const { slice } = this.#optimiser;
    const squares =
      wantsSquares && finite
        ? { layers: layerSquares(network, slice), steps: found.weight > 0 ? stepSquares(network, scale) : {} }
        : undefined;
    if (finite) {
      this.#optimiser.update(network.weightsPointer, network.gradientsPointer, norm, lr, before);
      this.#weights.set(network.weights().subarray(slice.start, slice.end), slice.start);
      this.#barrier.wait();
      this.#copyOthersParts(this.#weights, network.weights());
    }
    return { sum, weight, norm, finite, ...(squares ? { squares } : {}) };
  }

  /** Copies a flat vector but for this thread's slice. */
  #copyOthersParts(from: Float32Array, to: Float32Array): void {
    const { start, end } = this.#optimiser.slice;
    to.set(from.subarray(0, start));
    to.set(from.subarray(end), end);
  }

  /** Draws what the step drew. */
  #badSample(samples: Int32Array, random: Random): BadSample | undefined {
    const { indices, positions } = takeShard(samples, this.#init.thread, this.#init.threads);
    const mode = (k: number) => ({ dropout: random.derive('dropout'), lanePositions: [positions[k]!] });
    return findBadSample(this.#network, this.#data, 'train', indices, random.derive('data'), mode);
  }

  /** Sum over the threads, in their order. */
  #total(column: number): number {
    let total = 0;
    for (let thread = 0; thread < this.#init.threads; thread++) total += this.#sums[thread * 3 + column]!;
    return total;
  }

  /** Adds the slice's gradients of the other threads to this network's, and scales. @returns the sum of squares */
  #addGradients(scale: number): number {
    const { start, end } = this.#optimiser.slice;
    const at = this.#network.gradientsPointer + 4 * start;
    this.#gradients.forEach((gradient, thread) => {
      if (thread === this.#init.thread) return;
      this.#kernels.f32(this.#othersSlice, end - start).set(gradient.subarray(start, end));
      this.#kernels.add(at, this.#othersSlice, end - start);
    });
    return this.#kernels.scaleSquares(at, end - start, scale);
  }

  #validate(batches: readonly Int32Array[]): ValidateReply {
    const network = this.#network;
    if (this.#init.recipe.optimiser.ema > 0) network.weights().set(this.#average);
    const found = evaluateBatches(network, this.#data, batches);
    network.weights().set(this.#weights);
    return { kind: 'validate', ...found };
  }

  #flush(): void {
    const { slice, average } = this.#optimiser;
    const { m, v } = this.#optimiser.moments();
    this.#m.set(m, slice.start);
    this.#v.set(v, slice.start);
    if (average.length > 0) this.#average.set(average, slice.start);
  }

  #restore(): void {
    const { slice, average } = this.#optimiser;
    const { m, v } = this.#optimiser.moments();
    this.#network.weights().set(this.#weights);
    m.set(this.#m.subarray(slice.start, slice.end));
    v.set(this.#v.subarray(slice.start, slice.end));
    if (average.length > 0) average.set(this.#average.subarray(slice.start, slice.end));
  }
}

/** Updates that a step may take: what comes after them in a run depends on the recipe and the step alone. */
function mostChunks(data: TaskData, truncation: Truncation | undefined): number {
  if (!truncation) return 1;
  let longest = 1;
  for (let i = 0; i < data.trainCount; i++) longest = Math.max(longest, data.trainLength(i));
  return Math.ceil(longest / truncation.k1);
}
