/** Puts `factor` neighbouring steps side by side: [T, B, F] -> [ceil(T / factor), B, factor * F]. */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import { END, type GraphWriter } from '../../export/graphWriter.ts';
import { count, layerKeys } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, Planner } from '../operation.ts';

export const joinSchema = v.strictObject({
  op: v.literal('join'),
  ...layerKeys,
  factor: v.optional(v.pipe(count, v.minValue(2)), 2),
});

export function planJoin(layer: v.InferOutput<typeof joinSchema>, planner: Planner): NetworkNode {
  return new Join(planner, layer.factor);
}

/** Its memory is its source's: [2 T'][F][B] and [T'][2 F][B] are the same floats in the same order. */
class Join implements NetworkNode {
  readonly op = 'join';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  /** A chunk may end inside a group. */
  readonly streams = false;
  readonly #factor: number;

  constructor(planner: Planner, factor: number) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = planner.node(planner.source).features * factor;
    this.#factor = factor;
  }

  steps([of]: readonly number[]): number {
    return Math.ceil(of! / this.#factor);
  }

  roomOfSource(room: number): number {
    return this.#factor * room;
  }

  forward(run: NodeRun): void {
    this.#clearPartialGroups(run, run.y);
  }

  backward(run: NodeRun): void {
    if (run.dy) this.#clearPartialGroups(run, run.dy);
  }

  /** Where a lane ends inside a group of joined steps, the group's rest is zero, as at the end of a lone one. */
  #clearPartialGroups(run: NodeRun, buffer: number): void {
    const source = run.of(this.sources[0]!);
    if (!source.lens) return;
    const { lanes } = run;
    const { features } = source;
    const lens = run.kernels.i32(source.lens, lanes);
    const data = run.kernels.f32(buffer, run.T * this.features * lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const end = Math.ceil(lens[lane]! / this.#factor) * this.#factor;
      for (let t = lens[lane]!; t < end; t++) {
        for (let f = 0; f < features; f++) data[(t * features + f) * lanes + lane] = 0;
      }
    }
  }

  /**
   * Step k of each group is the sequence from k on, taken every `factor` steps; the sequence is lengthened by
   * factor - 1 zero steps first, so that a last group that is not full exists for every k.
   */
  write(graph: GraphWriter, [x]: readonly string[]): string {
    const name = this.name;
    const factor = this.#factor;
    const pads = graph.ints(`${name}.pads`, [0, 0, 0, factor - 1, 0, 0]);
    graph.node('Pad', [x!, pads], [`${name}.padded`]);
    const axis = graph.ints(`${name}.axis`, [0]);
    const step = graph.ints(`${name}.step`, [factor]);
    const parts = Array.from({ length: factor }, (_, k) => {
      const starts = graph.ints(`${name}.start${k}`, [k]);
      const ends = graph.ints(`${name}.end${k}`, [k === factor - 1 ? END : k + 1 - factor]);
      return graph.node('Slice', [`${name}.padded`, starts, ends, axis, step], [`${name}.part${k}`]);
    });
    return graph.node('Concat', parts, [name], { axis: attr.int(2) });
  }
}
