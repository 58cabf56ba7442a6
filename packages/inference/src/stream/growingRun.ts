/**
 * A run over input that still grows. Forward states are kept; a backward direction begins anew at the new end, but
 * once it comes to a state that it had there before, all steps before that are as they were. Equal means equal to
 * the bit, so the result is the one of a full run.
 */
import type { AnyTensor } from '../engine/engine.ts';
import type { GraphHost } from '../engine/fused/fusedSession.ts';
import { GrowingValue, type Numbers, wordsOf } from './growingValue.ts';
import { fromGraph, toGraph } from './layout.ts';
import type { Between, Border, RecurrentStage, Stages, Way } from './stages.ts';
import type { GrownOutput, StreamPort } from './streamProgram.ts';

/** Steps between two kept states: a restart repeats half of them, and each piece is a call. */
const BLOCK = 16;
const NONE = new Float32Array(0);
/** Any count is a sum of these, so that few shapes are bound. */
const PIECES = [16, 8, 4, 2, 1];

interface Layer {
  readonly stage: RecurrentStage;
  readonly x: GrowingValue;
  readonly y: GrowingValue;
  /** For each way, the states at the beginning of block m: after those before it, or, backward, after itself. */
  readonly kept: (readonly Float32Array[])[][];
  /** For each way, the states at its end. */
  readonly finals: (readonly Float32Array[])[];
}

export class GrowingRun {
  readonly #host: GraphHost;
  readonly #stages: Stages;
  readonly #values = new Map<string, { readonly value: GrowingValue<Numbers>; readonly border?: Border }>();
  /** The `i`-th final state of a layer, by name. */
  readonly #finals = new Map<string, { readonly layer: Layer; readonly i: number }>();
  readonly #layers: readonly Layer[];
  readonly #port: StreamPort;
  readonly #after: Between;
  #output: GrowingValue | undefined;
  #steps = 0;

  /** @param output which of `Stages.outputs` it makes */
  constructor(host: GraphHost, stages: Stages, output: number) {
    this.#host = host;
    this.#port = stages.outputs[output]!;
    this.#after = stages.after[output]!;
    this.#stages = stages;
    this.#layers = stages.recurrent.map((stage): Layer => {
      const [x, y] = [new GrowingValue(stage.x.width, NONE), new GrowingValue(stage.y.width, NONE)];
      this.#values.set(stage.y.name, { value: y, border: stage.y });
      const layer = { stage, x, y, kept: stage.ways.map(() => []), finals: [] };
      for (const [i, name] of stage.finals.entries()) {
        if (name) this.#finals.set(name, { layer, i });
      }
      return layer;
    });
  }

  get steps(): number {
    return this.#steps;
  }

  /**
   * @param chunk [n, features] of the model's one input
   * @returns the output from the first step on that is new or changed, and that step; of an output that only shows
   *   the newest step that one, from 0
   */
  push(chunk: Numbers, features: number): GrownOutput {
    const { name } = this.#stages.inputs[0]!;
    const from = this.#steps;
    const steps = from + chunk.length / features;
    const input = this.#values.get(name)?.value ?? new GrowingValue(features, chunk);
    this.#values.set(name, { value: input });
    input.write(chunk, from);
    input.complete(steps);
    this.#steps = steps;
    const changed = new Map([[name, from]]);
    for (const layer of this.#layers) this.#pushThrough(layer, changed);
    if (this.#port.layout.last) {
      const data = this.#between(this.#after, steps - 1, steps, this.#port);
      return { data, from: 0, rows: 1 };
    }
    let start = steps;
    for (const [at, n] of pieces(this.#firstOf(this.#after, changed), steps)) {
      const rows = this.#between(this.#after, at, at + n, this.#port);
      this.#output ??= new GrowingValue(rows.length / n, rows);
      start = Math.min(start, this.#output.write(rows, at));
    }
    this.#output?.complete(steps);
    return { data: this.#output!.slice(start, steps).slice(), from: start, rows: steps - start };
  }

  /** One recurrent node: its input where that changed, then each of its directions. */
  #pushThrough({ stage, x, y, kept, finals }: Layer, changed: Map<string, number>): void {
    const steps = this.#steps;
    const first = this.#firstOf(stage.before, changed);
    let dirty = steps;
    for (const [at, n] of pieces(first, steps)) {
      dirty = Math.min(dirty, x.write(this.#between(stage.before, at, at + n), at));
    }
    x.complete(steps);
    let start = steps;
    for (const [w, way] of stage.ways.entries()) {
      const run = way.backward ? this.#backward : this.#forward;
      const write: Write = (rows, at) => y.write(rows, at, w * way.hidden, way.hidden);
      const ran = run.call(this, way, x, kept[w]!, dirty, write);
      start = Math.min(start, ran.start);
      finals[w] = ran.states;
    }
    y.complete(steps);
    changed.set(stage.y.name, start);
  }

  /** From the last kept state before the first changed step to the end. */
  #forward(way: Way, x: GrowingValue, kept: (readonly Float32Array[])[], dirty: number, write: Write): Ran {
    let start = this.#steps;
    const block = Math.floor(dirty / BLOCK);
    let states = kept[block] ?? way.initial;
    for (const [at, n] of pieces(block * BLOCK, this.#steps)) {
      if (at % BLOCK === 0) kept[at / BLOCK] = states;
      const { rows, next } = this.#step(way, x, at, n, states);
      start = Math.min(start, write(rows, at));
      states = next;
    }
    if (this.#steps % BLOCK === 0) kept[this.#steps / BLOCK] = states;
    return { start, states };
  }

  /** From the end, block by block, to a state that was there before, where the input is also as it was. */
  #backward(way: Way, x: GrowingValue, kept: (readonly Float32Array[])[], dirty: number, write: Write): Ran {
    let start = this.#steps;
    let states = way.initial;
    for (let block = Math.floor((this.#steps - 1) / BLOCK); block >= 0; block--) {
      const begin = block * BLOCK;
      for (const [at, n] of [...pieces(begin, Math.min(begin + BLOCK, this.#steps))].reverse()) {
        const { rows, next } = this.#step(way, x, at, n, states);
        start = Math.min(start, write(rows, at));
        states = next;
      }
      const before = kept[block];
      kept[block] = states;
      if (begin <= dirty && before && sameBits(before, states)) break;
    }
    return { start, states: kept[0]! };
  }

  #step(way: Way, x: GrowingValue, at: number, n: number, states: readonly Float32Array[]) {
    const [first, ...names] = way.graph.inputs;
    const feeds: Record<string, AnyTensor> = {
      [first!.name]: { data: x.slice(at, at + n), shape: [n, 1, x.width] },
    };
    for (const [i, { name }] of names.entries()) {
      feeds[name] = { data: states[i]!, shape: [1, 1, way.hidden] };
    }
    const results = this.#host.execute(way.graph, feeds);
    const [y, ...next] = way.graph.outputs.map((name) => results[name]!.data);
    return { rows: y!, next };
  }

  /** Steps `at` to `to` of what stands between recurrent nodes. @returns its one output, [to - at, width] */
  #between({ graph, reach }: Between, at: number, to: number, output?: StreamPort): Float32Array {
    // With the steps that it looks at beside them: where there are none, it has its own zeros.
    const start = Math.max(0, at - reach.before);
    const end = Math.min(this.#steps, to + reach.after);
    const n = end - start;
    const feeds: Record<string, AnyTensor> = {};
    for (const { name } of graph.inputs) {
      const final = this.#finals.get(name);
      if (final) {
        const { finals, stage } = final.layer;
        const data = Float32Array.from(finals.flatMap((states) => [...states[final.i]!]));
        feeds[name] = { data, shape: [stage.ways.length, 1, stage.ways[0]!.hidden] };
        continue;
      }
      const { value, border } = this.#values.get(name)!;
      const data = value.slice(start, end);
      if (border) {
        feeds[name] = { data, shape: [n, ...border.shape] } as AnyTensor;
        continue;
      }
      const port = this.#stages.inputs.find((input) => input.name === name)!;
      const shape = port.shape.map((size) => (size === 'T' ? n : size === 'B' || size === -1 ? 1 : size));
      feeds[name] = { data: toGraph(data, port.layout, n, 1), shape } as AnyTensor;
    }
    const { data } = this.#host.execute(graph, feeds)[graph.outputs[0]!]!;
    const rows = output ? fromGraph(data, output.layout, n, 1) : data;
    if (output?.layout.last || n === to - at) return rows;
    const width = rows.length / n;
    return rows.subarray((at - start) * width, (to - start) * width);
  }

  #firstOf({ graph, reach }: Between, changed: ReadonlyMap<string, number>): number {
    const first = Math.min(this.#steps, ...graph.inputs.map(({ name }) => changed.get(name) ?? this.#steps));
    return Math.max(0, first - reach.after);
  }
}

/** @returns the first step that it changed */
type Write = (rows: Float32Array, at: number) => number;

interface Ran {
  /** The first step whose output changed. */
  readonly start: number;
  /** After the last step that this direction takes. */
  readonly states: readonly Float32Array[];
}

/** [at, n] from one step to another; none reaches over the border of a block. */
function* pieces(from: number, to: number): Generator<[at: number, n: number]> {
  for (let at = from; at < to; ) {
    const room = Math.min(to - at, BLOCK - (at % BLOCK));
    const n = PIECES.find((size) => size <= room)!;
    yield [at, n];
    at += n;
  }
}

function sameBits(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
  return a.every((state, i) => {
    const other = wordsOf(b[i]!);
    return wordsOf(state).every((word, j) => word === other[j]);
  });
}
