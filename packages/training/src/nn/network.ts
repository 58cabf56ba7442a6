/**
 * A planned network over the memory of the training kernels: parameters, their gradients and one arena of
 * activations. `forward` leaves its outputs in the arena, the caller writes their gradients beside them, and
 * `backward` adds to the parameters' gradients. Nothing of size is allocated once a batch shape was seen.
 */
import { GATES, RivuletError } from '@rivulet/core';
import type { TrainKernels } from '@rivulet/kernels/train';
import type { Random } from '../random.ts';
import type { Batch, LaneTensor, LaneTensors } from '../task.ts';
import { type NodePlaces, type Places, placeActivations, sharesCell } from './arena.ts';
import { dropout } from './dropout.ts';
import { align, type NetworkPlan, type RecurrentNode } from './networkPlan.ts';

const FLOAT = 4;

export interface ForwardMode {
  /** Draws the dropout; absent = the network as it is used later. */
  readonly dropout?: Random;
  /** Place of each real lane in the whole batch, when this is a shard of it. */
  readonly lanePositions?: ArrayLike<number>;
}

export class Network {
  readonly plan: NetworkPlan;
  readonly #kernels: TrainKernels;
  readonly #weights: number;
  readonly #gradients: number;
  readonly #placesByShape = new Map<string, Places>();
  #arena = 0;
  #arenaFloats = 0;
  #places: Places | undefined;
  #dropoutKeys: (Int32Array | undefined)[] = [];

  constructor(kernels: TrainKernels, plan: NetworkPlan) {
    this.plan = plan;
    this.#kernels = kernels;
    this.#weights = kernels.alloc(plan.floats);
    this.#gradients = kernels.alloc(plan.floats);
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
   */
  forward(batch: Batch, mode: ForwardMode = {}): LaneTensors {
    const places = this.#enter(batch);
    this.#places = places;
    this.#dropoutKeys = this.plan.nodes.map((_, i) => this.#laneKeys(i, batch, mode));
    this.plan.nodes.forEach((node, i) => {
      const place = places.nodes[i]!;
      switch (node.op) {
        case 'input':
          this.#view(place.y, node.features * places.lanes * place.T).set(batch.inputs[node.name]!.data);
          break;
        case 'recurrent':
          for (let dir = 0; dir < node.dirs; dir++) {
            this.#kernels.recurrentForward(this.#recurrentCall(node, i, dir));
          }
          break;
        case 'join':
          this.#lengthsAfterJoin(place, places.nodes[node.source]!, node.factor);
          this.#clearPartialGroups(i, (source) => source.y);
          return; // its buffer is the source's, tail included
        case 'dropout': {
          const x = this.#view(places.nodes[node.source]!.y, place.T * node.features * places.lanes);
          const y = this.#view(place.y, x.length);
          const keys = this.#dropoutKeys[i];
          if (keys) dropout(x, y, keys, node.rate, false);
          else y.set(x);
          break;
        }
        case 'dense':
          this.#kernels.denseForward(this.#denseCall(i));
      }
      if (place.roomT > place.T) {
        const step = node.features * places.lanes;
        this.#view(place.y + place.T * step, (place.roomT - place.T) * step).fill(0);
      }
    });
    return this.#outputs((place) => place.y);
  }

  /** Valid steps of the first output for each lane, absent where all are full. */
  outputLengths(): Int32Array | undefined {
    const { places } = this.#entered();
    const at = places.nodes[this.plan.outputs[0]!]!.lens;
    return at < 0 ? undefined : this.#kernels.i32(this.#arena + at * FLOAT, places.lanes);
  }

  /** Zeroed gradients of the outputs of the last `forward`, to be filled before `backward`. */
  outputGradients(): Record<string, Float32Array> {
    const { places } = this.#entered();
    this.#kernels.fill(this.#arena + places.gradStart * FLOAT, places.gradFloats, 0);
    const gradients: Record<string, Float32Array> = {};
    for (const [name, { data }] of Object.entries(this.#outputs((place) => place.dy))) gradients[name] = data;
    return gradients;
  }

  clearGradients(): void {
    this.#kernels.fill(this.#gradients, this.plan.floats, 0);
  }

  /** Adds the gradient of the last `forward` to the parameters' gradients. */
  backward(): void {
    const { places } = this.#entered();
    const { nodes } = this.plan;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      const place = places.nodes[i]!;
      switch (node.op) {
        case 'recurrent':
          this.#recurrentBackward(node, i);
          break;
        case 'join':
          if (place.dy >= 0) this.#clearPartialGroups(i, (source) => source.dy);
          break;
        case 'dropout': {
          const into = places.nodes[node.source]!.dy;
          if (into < 0) break;
          const dy = this.#view(place.dy, place.T * node.features * places.lanes);
          const keys = this.#dropoutKeys[i] ?? new Int32Array(places.lanes);
          dropout(dy, this.#view(into, dy.length), keys, this.#dropoutKeys[i] ? node.rate : 0, true);
          break;
        }
        case 'dense': {
          const call = this.#denseCall(i);
          const into = places.nodes[node.source]!.dy;
          this.#kernels.denseBackward({
            ...call,
            dy: this.#at(place.dy),
            dx: into < 0 ? 0 : this.#at(into),
            dw: this.#gradients + node.w.offset * FLOAT,
            db: this.#gradients + node.b.offset * FLOAT,
          });
        }
      }
    }
  }

  #recurrentBackward(node: RecurrentNode, i: number): void {
    const { places } = this.#entered();
    const place = places.nodes[i]!;
    const into = places.nodes[node.source]!.dy;
    const state = node.hidden * places.lanes;
    const rows = GATES[node.cell] * node.hidden;
    const direction = (at: number, dir: number): number => (at < 0 ? 0 : this.#at(at + dir * state));
    for (let dir = 0; dir < node.dirs; dir++) {
      this.#kernels.recurrentBackward({
        ...this.#recurrentCall(node, i, dir),
        dy: this.#at(place.dy + dir * state),
        dx: into < 0 ? 0 : this.#at(into),
        dw: this.#gradients + (node.w.offset + dir * rows * node.input) * FLOAT,
        dr: this.#gradients + (node.r.offset + dir * rows * node.hidden) * FLOAT,
        db: this.#gradients + (node.b.offset + dir * 2 * rows) * FLOAT,
        dhn: direction(place.dh, dir),
        dcn: direction(place.dc, dir),
        dh0: direction(place.dh0, dir),
        dc0: direction(place.dc0, dir),
      });
    }
    if (node.initial < 0) return;
    const giver = places.nodes[node.initial]!;
    this.#kernels.add(this.#at(giver.dh), this.#at(place.dh0), node.dirs * state);
    if (place.dc0 >= 0) this.#kernels.add(this.#at(giver.dc), this.#at(place.dc0), node.dirs * state);
  }

  #recurrentCall(node: RecurrentNode, i: number, dir: number) {
    const { places } = this.#entered();
    const place = places.nodes[i]!;
    const giver = node.initial < 0 ? undefined : places.nodes[node.initial]!;
    const state = node.hidden * places.lanes;
    const rows = GATES[node.cell] * node.hidden;
    const direction = (at: number): number => (at < 0 ? 0 : this.#at(at + dir * state));
    return {
      cell: node.cell,
      T: place.T,
      B: places.lanes,
      input: node.input,
      hidden: node.hidden,
      reverse: dir === 1,
      x: this.#at(places.nodes[node.source]!.y),
      w: this.#weights + (node.w.offset + dir * rows * node.input) * FLOAT,
      r: this.#weights + (node.r.offset + dir * rows * node.hidden) * FLOAT,
      b: this.#weights + (node.b.offset + dir * 2 * rows) * FLOAT,
      lens: place.lens < 0 ? 0 : this.#at(place.lens),
      h0: giver ? direction(giver.h) : 0,
      c0: giver && sharesCell(this.plan, i) ? direction(giver.c) : 0,
      hn: direction(place.h),
      cn: direction(place.c),
      y: this.#at(place.y + dir * state),
      yStride: node.dirs * state,
      cache: this.#at(place.caches[dir]!),
    };
  }

  #denseCall(i: number) {
    const { places } = this.#entered();
    const node = this.plan.nodes[i]!;
    if (node.op !== 'dense') throw new RivuletError('INTERNAL', 'not a dense layer', { op: node.op });
    const place = places.nodes[i]!;
    return {
      T: place.T,
      B: places.lanes,
      in: node.input,
      out: node.features,
      x: this.#at(places.nodes[node.source]!.y),
      w: this.#weights + node.w.offset * FLOAT,
      b: this.#weights + node.b.offset * FLOAT,
      y: this.#at(place.y),
    };
  }

  /** Finds or makes the places of this batch's shape, grows the arena, and writes the lengths. */
  #enter(batch: Batch): Places {
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
    const key = `${steps.join()}/${batch.lanes}/${batch.lengths ? 1 : 0}`;
    let places = this.#placesByShape.get(key);
    if (!places) {
      places = placeActivations(plan, steps, batch.lanes, batch.lengths !== undefined, (...shape) =>
        this.#kernels.recurrentCacheFloats(...shape),
      );
      this.#placesByShape.set(key, places);
    }
    this.#grow(places.floats);
    if (batch.lengths) {
      this.#kernels.i32(this.#at(places.nodes[0]!.lens), batch.lanes).set(batch.lengths);
    }
    return places;
  }

  #grow(floats: number): void {
    if (floats <= this.#arenaFloats) return;
    // Sorted buckets come shuffled, so the largest shape is seen early; a tenth more spares the small growths.
    const wanted = align(Math.ceil(floats * 1.1));
    const end = this.#arena + this.#arenaFloats * FLOAT;
    if (this.#arenaFloats > 0 && this.#kernels.mark() === end) this.#kernels.release(this.#arena);
    this.#arena = this.#kernels.alloc(wanted);
    this.#arenaFloats = wanted;
  }

  #laneKeys(i: number, batch: Batch, mode: ForwardMode): Int32Array | undefined {
    if (this.plan.nodes[i]!.op !== 'dropout' || !mode.dropout) return undefined;
    const keys = new Int32Array(batch.lanes);
    for (let lane = 0; lane < batch.size; lane++) {
      keys[lane] = mode.dropout.derive(i, mode.lanePositions?.[lane] ?? lane).uint32();
    }
    return keys;
  }

  #lengthsAfterJoin(place: NodePlaces, source: NodePlaces, factor: number): void {
    if (place.lens < 0) return;
    const { places } = this.#entered();
    const from = this.#kernels.i32(this.#at(source.lens), places.lanes);
    const to = this.#kernels.i32(this.#at(place.lens), places.lanes);
    for (let lane = 0; lane < places.lanes; lane++) to[lane] = Math.ceil(from[lane]! / factor);
  }

  /** Where a lane ends inside a group of joined steps, the group's rest is zero, as at the end of a lone one. */
  #clearPartialGroups(i: number, buffer: (source: NodePlaces) => number): void {
    const { places } = this.#entered();
    const node = this.plan.nodes[i]!;
    if (node.op !== 'join') return;
    const source = places.nodes[node.source]!;
    if (source.lens < 0) return;
    const { lanes } = places;
    const features = this.plan.nodes[node.source]!.features;
    const lens = this.#kernels.i32(this.#at(source.lens), lanes);
    const data = this.#view(buffer(source), source.roomT * features * lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const end = Math.ceil(lens[lane]! / node.factor) * node.factor;
      for (let t = lens[lane]!; t < end; t++) {
        for (let f = 0; f < features; f++) data[(t * features + f) * lanes + lane] = 0;
      }
    }
  }

  #outputs(buffer: (place: NodePlaces) => number): Record<string, LaneTensor> {
    const { places } = this.#entered();
    const outputs: Record<string, LaneTensor> = {};
    for (const i of this.plan.outputs) {
      const { name, features } = this.plan.nodes[i]!;
      const place = places.nodes[i]!;
      const data = this.#view(buffer(place), place.T * features * places.lanes);
      outputs[name] = { data, T: place.T, F: features, lanes: places.lanes };
    }
    return outputs;
  }

  #entered(): { places: Places } {
    if (!this.#places) throw new RivuletError('INTERNAL', 'forward comes before this call', {});
    return { places: this.#places };
  }
  #at(place: number): number {
    return this.#arena + place * FLOAT;
  }
  #view(place: number, floats: number): Float32Array {
    return this.#kernels.f32(this.#at(place), floats);
  }
}
