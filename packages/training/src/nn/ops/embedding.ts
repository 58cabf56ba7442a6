/** A learnt row of features for each token; tokens are an input's only feature, whole numbers from 0. */
import { attr, RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import type { Random } from '../../random.ts';
import { count, layerKeys } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, Parameter, Planner } from '../operation.ts';

/** ONNX's number for int64. */
const INT64 = 7;

export const embeddingSchema = v.strictObject({
  op: v.literal('embedding'),
  ...layerKeys,
  /** Different tokens: 0 ... tokens - 1. */
  tokens: count,
  units: count,
});

type EmbeddingLayer = v.InferOutput<typeof embeddingSchema>;

export function planEmbedding(layer: EmbeddingLayer, planner: Planner): NetworkNode {
  return new Embedding(planner, layer);
}

class Embedding implements NetworkNode {
  readonly op = 'embedding';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  /** A token is a whole number: nothing can make it a little different. */
  readonly backTo: readonly number[] = [];
  readonly #tokens: number;
  /** [tokens, units] */
  readonly #w: Parameter;

  constructor(planner: Planner, { tokens, units }: EmbeddingLayer) {
    const source = planner.node(planner.source);
    if (source.op !== 'input' || source.features !== 1) {
      planner.refuse(
        'in',
        `${source.name} is not an input of one feature, the number of a token`,
        source.name,
      );
    }
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = units;
    this.#tokens = tokens;
    this.#w = planner.matrix('W', [tokens, units]);
  }

  initialise(view: (parameter: Parameter) => Float32Array, random: Random): void {
    const own = random.derive(this.#w.name);
    const w = view(this.#w);
    // Of unit size in all, so that what reads it begins as over any other features.
    for (let i = 0; i < w.length; i++) w[i] = own.normal() / Math.sqrt(this.features);
  }

  /** @throws DATA_INVALID for a token that the table lacks, naming it and its place */
  forward(run: NodeRun): void {
    const ids = run.of(this.sources[0]!).y;
    const values = run.kernels.f32(ids, run.T * run.lanes);
    for (let i = 0; i < values.length; i++) {
      const id = values[i]!;
      if (Number.isInteger(id) && id >= 0 && id < this.#tokens) continue;
      throw new RivuletError('DATA_INVALID', `Layer ${this.name} has no token ${id}`, {
        layer: this.name,
        tokens: this.#tokens,
        got: String(id),
        step: Math.floor(i / run.lanes),
        lane: i % run.lanes,
      });
    }
    run.kernels.embeddingForward({ ...this.#call(run), table: run.weights(this.#w), y: run.y });
  }

  backward(run: NodeRun): void {
    run.kernels.embeddingBackward({ ...this.#call(run), table: run.gradients(this.#w), y: run.dy });
  }

  #call(run: NodeRun) {
    return { T: run.T, B: run.lanes, E: this.features, ids: run.of(this.sources[0]!).y };
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    const { name, features } = this;
    graph.node('Cast', [x!], [`${name}.ids`], { to: attr.int(INT64) });
    // [T, B, 1, units]
    graph.node('Gather', [graph.matrix(this.#w, 0), `${name}.ids`], [`${name}.rows`], { axis: attr.int(0) });
    return graph.node('Reshape', [`${name}.rows`, graph.ints(`${name}.shape`, [0, 0, features])], [name]);
  }
}
