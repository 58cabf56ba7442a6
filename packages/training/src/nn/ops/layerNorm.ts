/** Layer normalisation (Ba, Kiros and Hinton 2016): each step's features to mean 0 and variance 1, then a learnt gain and bias. */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { layerKeys, positive } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, Parameter, PlaceShape, Planner } from '../operation.ts';

export const layerNormSchema = v.strictObject({
  op: v.literal('layerNorm'),
  ...layerKeys,
  /** Added to the variance. */
  eps: v.optional(positive, 1e-5),
});

export function planLayerNorm(layer: v.InferOutput<typeof layerNormSchema>, planner: Planner): NetworkNode {
  return new LayerNorm(planner, layer.eps);
}

class LayerNorm implements NetworkNode {
  readonly op = 'layerNorm';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  readonly #eps: number;
  /** [features] */
  readonly #gain: Parameter;
  /** [features] */
  readonly #bias: Parameter;

  constructor(planner: Planner, eps: number) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = planner.node(planner.source).features;
    this.#eps = eps;
    this.#gain = planner.vector('G', [this.features]);
    this.#bias = planner.vector('B', [this.features]);
  }

  initialise(view: (parameter: Parameter) => Float32Array): void {
    view(this.#gain).fill(1);
  }

  place({ T, lanes, take }: PlaceShape): void {
    take('mean', T * lanes);
    take('rstd', T * lanes);
  }

  forward(run: NodeRun): void {
    run.kernels.layerNormForward(this.#call(run));
  }

  backward(run: NodeRun): void {
    run.kernels.layerNormBackward({
      ...this.#call(run),
      dy: run.dy,
      dx: run.of(this.sources[0]!).dy,
      dgain: run.gradients(this.#gain),
      dbias: run.gradients(this.#bias),
    });
  }

  #call(run: NodeRun) {
    return {
      T: run.T,
      F: this.features,
      B: run.lanes,
      eps: this.#eps,
      x: run.of(this.sources[0]!).y,
      y: run.y,
      gain: run.weights(this.#gain),
      bias: run.weights(this.#bias),
      mean: run.own('mean'),
      rstd: run.own('rstd'),
    };
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    const inputs = [x!, graph.vector(this.#gain), graph.vector(this.#bias)];
    return graph.node('LayerNormalization', inputs, [this.name], {
      axis: attr.int(-1),
      // As the kernels and the file have it.
      epsilon: attr.float(Math.fround(this.#eps)),
    });
  }
}
