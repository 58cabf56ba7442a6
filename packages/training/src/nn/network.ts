/**
 * A planned network over the memory of the training kernels: parameters, their gradients and one arena of
 * activations. `forward` leaves its outputs in the arena, the caller writes their gradients beside them, and
 * `backward` adds to the parameters' gradients. Nothing of size is allocated once a batch shape was seen.
 */
import { RivuletError } from '@rivulet/core';
import type { TrainKernels } from '@rivulet/kernels/train';
import { quantiseNetwork } from '../quantise/quantiseNetwork.ts';
import type { Random } from '../random.ts';
import type { Batch, LaneTensor, LaneTensors } from '../task.ts';
import { type NodePlaces, type Places, placeActivations } from './arena.ts';
import { inputLengths as lengthsOf } from './inputLengths.ts';
import { align, type NetworkPlan } from './networkPlan.ts';
import type { NodeRun } from './operation.ts';

const FLOAT = 4;

export interface ForwardMode {
  /** Draws the dropout; absent = the network as it is used later. */
  readonly dropout?: Random;
  /** Place of each sample asked for in the whole batch, when this is a shard of it. */
  readonly lanePositions?: ArrayLike<number>;
  /** Recurrent layers start from it, from zeros where it has nothing for them; `finalState` is then there. */
  readonly state?: NetworkState;
}

/** States of the recurrent layers, [units][lanes], by `<layer>.h` and, of an LSTM, `<layer>.c`. */
export type NetworkState = Readonly<Record<string, Float32Array>>;

export interface NetworkOptions {
  /** Also computes the gradients of the inputs. */
  readonly inputGradients?: boolean;
  /**
   * The first layer that is trained; those before it are frozen: `backward` stops there. Absent: all are trained.
   * Not together with `inputGradients`, which ask for a way through all of them.
   */
  readonly trainedFrom?: string;
  /**
   * Computes as the engine with int8 weights and 7-bit activations does: weights, inputs and states are rounded on
   * their way into a product, and gradients pass straight through. Default false.
   */
  readonly rounds?: boolean;
}

/** A forward pass that `backward` can follow. */
interface Entered {
  readonly places: Places;
  readonly runs: readonly NodeRun[];
}

export class Network {
  readonly plan: NetworkPlan;
  readonly #kernels: TrainKernels;
  readonly #options: NetworkOptions;
  readonly #weights: number;
  readonly #gradients: number;
  /** What the int8 weights stand for; 0 where nothing is rounded. */
  readonly #rounded: number;
  readonly #placesByShape = new Map<string, Places>();
  readonly #trainedFrom: number;
  #arena = 0;
  #arenaFloats = 0;
  #last: Entered | undefined;

  /** @throws RECIPE_INVALID when no layer is called `trainedFrom` */
  constructor(kernels: TrainKernels, plan: NetworkPlan, options: NetworkOptions = {}) {
    const { trainedFrom } = options;
    this.#trainedFrom =
      trainedFrom === undefined ? 0 : plan.nodes.findIndex(({ name }) => name === trainedFrom);
    if (this.#trainedFrom < 0) {
      throw new RivuletError('RECIPE_INVALID', `No layer is called ${JSON.stringify(trainedFrom)}`, {
        key: 'trainedFrom',
        expected: plan.nodes.map(({ name }) => name),
        got: trainedFrom,
      });
    }
    this.plan = plan;
    this.#kernels = kernels;
    this.#options = options;
    this.#weights = kernels.alloc(plan.floats);
    this.#gradients = kernels.alloc(plan.floats);
    this.#rounded = options.rounds ? kernels.alloc(plan.floats) : 0;
  }

  /** [plan.floats] a view, stale once memory grows. */
  weights(): Float32Array {
    return this.#kernels.f32(this.#weights, this.plan.floats);
  }
  /** [plan.floats] a view, stale once memory grows. */
  gradients(): Float32Array {
    return this.#kernels.f32(this.#gradients, this.plan.floats);
  }
  get weightsPointer(): number {
    return this.#weights;
  }
  get gradientsPointer(): number {
    return this.#gradients;
  }

  /**
   * Outputs by name, [T][features][lanes], as views into the arena that the next call overwrites.
   * @throws MODEL_SHAPE when the batch lacks an input or has another width than the recipe says
   * @throws DATA_INVALID naming layer and lane where a sequence is shorter than a window that reads it
   */
  forward(batch: Batch, mode: ForwardMode = {}): LaneTensors {
    if (this.#rounded) {
      const { restored } = quantiseNetwork(this.plan, this.weights());
      this.#kernels.f32(this.#rounded, this.plan.floats).set(restored);
    }
    const places = this.#enter(batch, mode);
    const runs = this.#runs(places, batch, mode);
    this.#last = { places, runs };
    this.plan.nodes.forEach((node, i) => {
      const place = places.nodes[i]!;
      const step = node.features * places.lanes;
      if (node.sources.length === 0) {
        this.#view(place.y, step * place.T).set(batch.inputs[node.name]!.data);
      } else {
        this.#setLengths(i, places);
        node.forward(runs[i]!);
      }
      // The tail of a buffer that two nodes share is zero already.
      if (place.roomT > place.T && !node.roomOfSource) {
        this.#view(place.y + place.T * step, (place.roomT - place.T) * step).fill(0);
      }
    });
    return this.#tensors(this.plan.outputs, (place) => place.y);
  }

  /** Valid steps of the first output for each lane, absent where all are full. */
  outputLengths(): Int32Array | undefined {
    const { places } = this.#entered();
    const at = places.nodes[this.plan.outputs[0]!]!.lens;
    return at < 0 ? undefined : this.#kernels.i32(this.#at(at), places.lanes);
  }

  /** Zeroed gradients of the outputs of the last `forward`, to be filled before `backward`. */
  outputGradients(): Record<string, Float32Array> {
    const { places } = this.#entered();
    this.#kernels.fill(this.#at(places.gradStart), places.gradFloats, 0);
    const tensors = this.#tensors(this.plan.outputs, (place) => place.dy);
    return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
  }

  clearGradients(): void {
    this.#kernels.fill(this.#gradients, this.plan.floats, 0);
  }

  /** Adds the gradient of the last `forward` to the gradients of the trained parameters. */
  backward(): void {
    const { runs } = this.#entered();
    const { nodes } = this.plan;
    for (let i = nodes.length - 1; i >= this.#trainedFrom; i--) nodes[i]!.backward(runs[i]!);
  }

  /** After a `forward` from a state: the one of its end, a copy, for the next chunk. */
  finalState(): NetworkState {
    const state: Record<string, Float32Array> = {};
    this.#eachState(this.#entered().places, '', (name, view) => {
      state[name] = view.slice();
    });
    return state;
  }

  /**
   * Between `forward` and `backward` of a network whose layers stream: the state after so many steps, a copy.
   * @param of nodes that have as many steps; the others' states are left out
   */
  stateAfter(steps: number, of: readonly number[]): NetworkState {
    const { runs } = this.#entered();
    const state: Record<string, Float32Array> = {};
    for (const i of of) {
      const node = this.plan.nodes[i]!;
      const run = runs[i]!;
      for (const what of node.carriedAfter ? (node.carried ?? []) : []) {
        const at = node.carriedAfter!(run, what, steps);
        state[`${node.name}.${what}`] = this.#kernels.f32(at, node.features * run.lanes).slice();
      }
    }
    return state;
  }

  #eachState(
    { nodes, lanes }: Places,
    suffix: string,
    each: (name: string, view: Float32Array) => void,
  ): void {
    this.plan.nodes.forEach((node, i) => {
      for (const what of node.carried ?? []) {
        const place = nodes[i]!.own.get(what + suffix);
        if (place !== undefined) each(`${node.name}.${what}`, this.#view(place, node.features * lanes));
      }
    });
  }

  /**
   * After `backward` of a network made with `inputGradients`: the gradient of what leaves each node, and of the inputs if
   * they have any. A join's is that of its source, whose memory it has.
   */
  activationGradients(): Record<string, LaneTensor> {
    return this.#gradientsOf(this.plan.nodes.map((_, i) => i));
  }

  /**
   * Gradients of the inputs after `backward`, [T][features][lanes]; only of a network made with `inputGradients`. Tokens,
   * which only an embedding reads, have none.
   */
  inputGradients(): Record<string, LaneTensor> {
    if (!this.#options.inputGradients) {
      throw new RivuletError('INTERNAL', 'The network was made without inputGradients', {});
    }
    return this.#gradientsOf(this.plan.inputs);
  }

  #gradientsOf(nodes: readonly number[]): Record<string, LaneTensor> {
    const { places } = this.#entered();
    const having = nodes.filter((i) => places.nodes[i]!.dy >= 0);
    return this.#tensors(having, (place) => place.dy);
  }

  /** Finds or makes the places of this batch's shape, grows the arena, and writes the lengths. */
  #enter(batch: Batch, { state }: ForwardMode): Places {
    const { plan } = this;
    const steps = plan.inputs.map((i) => {
      const node = plan.nodes[i]!;
      const tensor = batch.inputs[node.name];
      const floats = tensor ? tensor.T * node.features * batch.lanes : 0;
      const fits = tensor?.F === node.features && tensor.lanes === batch.lanes && batch.lanes % 8 === 0;
      if (!tensor || !fits || tensor.data.length !== floats) {
        throw new RivuletError('MODEL_SHAPE', `Input ${node.name} of the batch does not fit the network`, {
          expected: ['T', node.features, batch.lanes],
          got: tensor ? [tensor.T, tensor.F, tensor.lanes] : null,
          floats: tensor?.data.length,
        });
      }
      return tensor.T;
    });
    const { lanes } = batch;
    const lengths = lengthsOf(plan, batch, steps);
    const withLengths = lengths.map((own) => own !== undefined);
    const carries = state !== undefined;
    const key = `${steps.join()}/${lanes}/${withLengths.join()}/${carries}`;
    let places = this.#placesByShape.get(key);
    if (!places) {
      const inputGradients = this.#options.inputGradients ?? false;
      const trainedFrom = this.#trainedFrom;
      const rounds = this.#rounded > 0;
      const shape = { steps, lanes, withLengths, carries, rounds, inputGradients, trainedFrom };
      places = placeActivations(plan, shape, this.#kernels);
      this.#placesByShape.set(key, places);
    }
    this.#grow(places, steps, lengths[0]);
    if (state) {
      this.#eachState(places, '0', (name, view) => {
        if (state[name]) view.set(state[name]);
        else view.fill(0);
      });
    }
    lengths.forEach((own, input) => {
      if (own) this.#kernels.i32(this.#at(places.nodes[plan.inputs[input]!]!.lens), lanes).set(own);
    });
    return places;
  }

  /**
   * @param lengths of the first input
   * @throws OUT_OF_MEMORY naming the steps of each input, the lanes and the longest of them; a smaller batch may follow it
   */
  #grow({ floats, lanes }: Places, steps: readonly number[], lengths: Int32Array | undefined): void {
    if (floats <= this.#arenaFloats) return;
    // Sorted buckets come shuffled, so the largest shape is seen early; a tenth more spares the small growths.
    const wanted = align(Math.ceil(floats * 1.1));
    const end = this.#arena + this.#arenaFloats * FLOAT;
    if (this.#arenaFloats > 0 && this.#kernels.mark() === end) {
      this.#kernels.release(this.#arena);
      // Should there be no room for more, what was released is not used either: scratch may stand there.
      this.#arenaFloats = 0;
    }
    try {
      this.#arena = this.#kernels.alloc(wanted);
    } catch (cause) {
      if (!(cause instanceof RivuletError)) throw cause;
      const message = `A batch of ${steps.join(' and ')} steps in ${lanes} lanes: ${cause.message}`;
      const lane = lengths?.indexOf(Math.max(...lengths)) ?? 0;
      throw new RivuletError(cause.code, message, { ...cause.details, steps, lanes, lane }, cause);
    }
    this.#arenaFloats = wanted;
  }

  /** What the nodes see of this pass. */
  #runs(places: Places, batch: Batch, mode: ForwardMode): NodeRun[] {
    const { nodes } = this.plan;
    const runs: NodeRun[] = nodes.map((node, i) => {
      const place = places.nodes[i]!;
      return {
        kernels: this.#kernels,
        T: place.T,
        lanes: places.lanes,
        size: batch.size,
        features: node.features,
        y: this.#at(place.y),
        dy: this.#at(place.dy),
        lens: this.#at(place.lens),
        own: (name) => this.#at(place.own.get(name) ?? -1),
        of: (other) => runs[other]!,
        weights: ({ offset }) => (this.#rounded || this.#weights) + offset * FLOAT,
        gradients: ({ offset }) => this.#gradients + offset * FLOAT,
        laneKeys: () => laneKeys(i, batch, mode),
        stepRandom: () => mode.dropout?.derive(i),
      };
    });
    return runs;
  }

  /** Lengths of a node whose steps are not its source's. */
  #setLengths(i: number, { nodes, lanes }: Places): void {
    const node = this.plan.nodes[i]!;
    const { T, lens: from } = nodes[node.sources[0]!]!;
    const to = nodes[i]!.lens;
    if (to < 0 && nodes[i]!.T === 0) throw noStep(node.name, T, 0);
    if (to < 0 || to === from) return;
    const source = this.#kernels.i32(this.#at(from), lanes);
    const own = this.#kernels.i32(this.#at(to), lanes);
    for (let lane = 0; lane < lanes; lane++) {
      own[lane] = source[lane]! && node.steps!([source[lane]!]);
      if (source[lane]! > 0 && own[lane] === 0) throw noStep(node.name, source[lane]!, lane);
    }
  }

  #tensors(nodes: readonly number[], buffer: (place: NodePlaces) => number): Record<string, LaneTensor> {
    const { places } = this.#entered();
    const tensors: Record<string, LaneTensor> = {};
    for (const i of nodes) {
      const { name, features } = this.plan.nodes[i]!;
      const place = places.nodes[i]!;
      const data = this.#view(buffer(place), place.T * features * places.lanes);
      tensors[name] = { data, T: place.T, F: features, lanes: places.lanes };
    }
    return tensors;
  }

  #entered(): Entered {
    if (!this.#last) throw new RivuletError('INTERNAL', 'forward comes before this call', {});
    return this.#last;
  }
  /** 0 for a place that is not there. */
  #at(place: number): number {
    return place < 0 ? 0 : this.#arena + place * FLOAT;
  }
  #view(place: number, floats: number): Float32Array {
    return this.#kernels.f32(this.#at(place), floats);
  }
}

function noStep(layer: string, got: number, lane: number): RivuletError {
  const message = `Layer ${layer} makes no step of ${got}, which are fewer than its window has`;
  return new RivuletError('DATA_INVALID', message, { layer, got, lane });
}

function laneKeys(
  node: number,
  batch: Batch,
  { dropout, lanePositions }: ForwardMode,
): Int32Array | undefined {
  if (!dropout) return undefined;
  const keys = new Int32Array(batch.lanes);
  for (let lane = 0; lane < batch.size; lane++) {
    const k = batch.order?.[lane] ?? lane;
    keys[lane] = dropout.derive(node, lanePositions?.[k] ?? k).uint32();
  }
  return keys;
}
