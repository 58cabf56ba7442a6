/** A dense layer: f(W x + b) at every step. */
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import type { Random } from '../../random.ts';
import { count, layerKeys } from '../../recipeValues.ts';
import {
  type Activation,
  activate,
  activateBackward,
  activation,
  placeActivation,
  writeActivation,
} from '../activation.ts';
import { glorot } from '../firstWeights.ts';
import type { NetworkNode, NodeRun, Parameter, PlaceShape, Planner } from '../operation.ts';
import { placeRoundedSource, roundedSource, roundSource } from '../roundedSource.ts';

export const denseSchema = v.strictObject({
  op: v.literal('dense'),
  ...layerKeys,
  units: count,
  /** Absent: none. */
  activation: v.optional(activation),
});

export function planDense(layer: v.InferOutput<typeof denseSchema>, planner: Planner): NetworkNode {
  return new Dense(planner, layer);
}

class Dense implements NetworkNode {
  readonly op = 'dense';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  readonly #input: number;
  readonly #activation: Activation | undefined;
  /** [out, in] */
  readonly #w: Parameter;
  /** [out] */
  readonly #b: Parameter;

  constructor(planner: Planner, { units, activation }: v.InferOutput<typeof denseSchema>) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = units;
    this.#activation = activation;
    this.#input = planner.node(planner.source).features;
    this.#w = planner.matrix('W', [units, this.#input]);
    this.#b = planner.vector('B', [units]);
  }

  initialise(view: (parameter: Parameter) => Float32Array, random: Random): void {
    glorot(view(this.#w), this.#input, this.features, random.derive(this.#w.name));
  }

  place(shape: PlaceShape): void {
    placeRoundedSource(shape, this.#input);
    placeActivation(shape, this.features, this.#activation);
  }

  forward(run: NodeRun): void {
    roundSource(run, this.sources[0]!);
    run.kernels.denseForward(this.#call(run));
    activate(run, this.#activation);
  }

  backward(run: NodeRun): void {
    run.kernels.denseBackward({
      ...this.#call(run),
      dy: activateBackward(run, this.#activation),
      dx: run.of(this.sources[0]!).dy,
      dw: run.gradients(this.#w),
      db: run.gradients(this.#b),
    });
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    const { name } = this;
    const weights = graph.matrix(this.#w, 1, true);
    graph.node('MatMul', [x!, weights], [`${name}.product`]);
    const sum = this.#activation ? `${name}.sum` : name;
    graph.node('Add', [`${name}.product`, graph.vector(this.#b)], [sum]);
    return writeActivation(graph, this.#activation, sum, name);
  }

  #call(run: NodeRun) {
    return {
      T: run.T,
      B: run.lanes,
      in: this.#input,
      out: this.features,
      x: roundedSource(run, this.sources[0]!),
      w: run.weights(this.#w),
      b: run.weights(this.#b),
      y: run.y,
    };
  }
}
