/** One step of a sequence: its last valid step, or the mean or the largest of its steps. */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import { END, type GraphWriter } from '../../export/graphWriter.ts';
import { layerKeys } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, PlaceShape, Planner } from '../operation.ts';

export const poolSchema = v.strictObject({
  op: v.literal('pool'),
  ...layerKeys,
  kind: v.picklist(['last', 'mean', 'max']),
});

type PoolLayer = v.InferOutput<typeof poolSchema>;

export function planPool(layer: PoolLayer, planner: Planner): NetworkNode {
  return new Pool(planner, layer.kind);
}

class Pool implements NetworkNode {
  readonly op = 'pool';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = false;
  readonly full = true;
  readonly #kind: PoolLayer['kind'];

  constructor(planner: Planner, kind: PoolLayer['kind']) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = planner.node(planner.source).features;
    this.#kind = kind;
  }

  steps(): number {
    return 1;
  }

  place({ lanes, take }: PlaceShape): void {
    if (this.#kind === 'max') take('places', this.features * lanes);
  }

  forward(run: NodeRun): void {
    if (this.#kind !== 'last') {
      run.kernels.poolForward(this.#call(run, this.#kind));
      return;
    }
    const source = run.of(this.sources[0]!);
    const y = run.kernels.f32(run.y, this.features * run.lanes);
    const x = run.kernels.f32(source.y, source.T * y.length);
    this.#lastPlaces(run, (last, at) => {
      y[at] = last < 0 ? 0 : x[last]!;
    });
  }

  backward(run: NodeRun): void {
    const source = run.of(this.sources[0]!);
    if (!source.dy) return;
    if (this.#kind !== 'last') {
      run.kernels.poolBackward({ ...this.#call(run, this.#kind), dy: run.dy, dx: source.dy });
      return;
    }
    const dy = run.kernels.f32(run.dy, this.features * run.lanes);
    const dx = run.kernels.f32(source.dy, source.T * dy.length);
    this.#lastPlaces(run, (last, at) => {
      if (last >= 0) dx[last]! += dy[at]!;
    });
  }

  /** Calls with the place of each lane's last valid step in the source (-1: it has none) and of its output. */
  #lastPlaces(run: NodeRun, each: (last: number, at: number) => void): void {
    const source = run.of(this.sources[0]!);
    const { lanes } = run;
    const step = this.features * lanes;
    const lens = source.lens ? run.kernels.i32(source.lens, lanes) : undefined;
    for (let lane = 0; lane < lanes; lane++) {
      const last = (lens?.[lane] ?? source.T) - 1;
      for (let at = lane; at < step; at += lanes) each(last < 0 ? -1 : last * step + at, at);
    }
  }

  #call(run: NodeRun, kind: 'mean' | 'max') {
    const source = run.of(this.sources[0]!);
    const places = run.own('places');
    return {
      T: source.T,
      F: this.features,
      B: run.lanes,
      kind,
      lens: source.lens,
      x: source.y,
      y: run.y,
      places,
    };
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    const axis = graph.ints(`${this.name}.axis`, [0]);
    if (this.#kind !== 'last') {
      const op = this.#kind === 'mean' ? 'ReduceMean' : 'ReduceMax';
      return graph.node(op, [x!, axis], [this.name], { keepdims: attr.int(1) });
    }
    const from = graph.ints(`${this.name}.from`, [-1]);
    return graph.node('Slice', [x!, from, graph.ints(`${this.name}.to`, [END]), axis], [this.name]);
  }
}
