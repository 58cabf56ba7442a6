/**
 * Convolution over time: f(W window + b) for windows of `kernel` steps, `stride` apart. Training for activations of 7 bits
 * leaves its windows as they are, as the engine does: the exported kernel is turned around, and turned around it is
 * a matrix of floats with int8's values (test/parity/roundedTraining.test.ts).
 */
import { attr } from '@rivulet/core';
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

const FLOAT = 4;

export const conv1dSchema = v.strictObject({
  op: v.literal('conv1d'),
  ...layerKeys,
  units: count,
  /** Steps of a window. */
  kernel: count,
  stride: v.optional(count, 1),
  /** `same`: zeros on both sides, `causal`: before the first step alone; both yield ceil(T / stride) steps; `valid`: none. */
  padding: v.optional(v.picklist(['same', 'causal', 'valid']), 'same'),
  /** Absent: none. */
  activation: v.optional(activation),
});

type Conv1dLayer = v.InferOutput<typeof conv1dSchema>;

export function planConv1d(layer: Conv1dLayer, planner: Planner): NetworkNode {
  return new Conv1d(planner, layer);
}

class Conv1d implements NetworkNode {
  readonly op = 'conv1d';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = false;
  readonly #input: number;
  readonly #kernel: number;
  readonly #stride: number;
  /** Zero steps before and behind the sequence. */
  readonly #left: number;
  readonly #right: number;
  readonly #activation: Activation | undefined;
  /** [out, kernel, in]: a window's floats in the order in which they lie */
  readonly #w: Parameter;
  /** [out] */
  readonly #b: Parameter;

  constructor(planner: Planner, { units, kernel, stride, padding, activation }: Conv1dLayer) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = units;
    this.#input = planner.node(planner.source).features;
    this.#kernel = kernel;
    this.#stride = stride;
    const zeros = padding === 'valid' ? 0 : kernel - 1;
    this.#left = padding === 'causal' ? zeros : Math.floor(zeros / 2);
    this.#right = zeros - this.#left;
    this.#activation = activation;
    this.#w = planner.matrix('W', [units, kernel * this.#input]);
    this.#b = planner.vector('B', [units]);
  }

  steps([of]: readonly number[]): number {
    return Math.max(0, Math.floor((of! + this.#left + this.#right - this.#kernel) / this.#stride) + 1);
  }

  initialise(view: (parameter: Parameter) => Float32Array, random: Random): void {
    glorot(view(this.#w), this.#kernel * this.#input, this.features, random.derive(this.#w.name));
  }

  place(shape: PlaceShape): void {
    const { sourceT, lanes, take } = shape;
    const floats = (this.#left + sourceT[0]! + this.#right) * this.#input * lanes;
    take('padded', floats);
    take('dpadded', floats, true);
    placeActivation(shape, this.features, this.#activation);
  }

  forward(run: NodeRun): void {
    const { kernels, lanes } = run;
    const source = run.of(this.sources[0]!);
    const step = this.#input * lanes;
    const padded = run.own('padded');
    const first = padded + this.#left * step * FLOAT;
    kernels.fill(padded, this.#left * step, 0);
    kernels.copy(first, source.y, source.T * step);
    kernels.fill(first + source.T * step * FLOAT, this.#right * step, 0);
    if (source.lens) kernels.clearBeyond(first, source.T, this.#input, lanes, source.lens);
    kernels.convForward(this.#call(run));
    activate(run, this.#activation);
  }

  backward(run: NodeRun): void {
    const { kernels, lanes } = run;
    const source = run.of(this.sources[0]!);
    const dpadded = run.own('dpadded');
    kernels.convBackward({
      ...this.#call(run),
      dy: activateBackward(run, this.#activation),
      dx: source.dy && dpadded,
      dw: run.gradients(this.#w),
      db: run.gradients(this.#b),
    });
    if (!source.dy) return;
    const step = this.#input * lanes;
    const first = dpadded + this.#left * step * FLOAT;
    if (source.lens) kernels.clearBeyond(first, source.T, this.#input, lanes, source.lens);
    kernels.add(source.dy, first, source.T * step);
  }

  #call(run: NodeRun) {
    return {
      T: run.T,
      B: run.lanes,
      in: this.#input,
      out: this.features,
      kernel: this.#kernel,
      stride: this.#stride,
      x: run.own('padded'),
      w: run.weights(this.#w),
      b: run.weights(this.#b),
      y: run.y,
    };
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    const { name, features } = this;
    // [out, kernel * in] -> Conv's [out, in, kernel]
    graph.node(
      'Reshape',
      [graph.matrix(this.#w, 0), graph.ints(`${name}.windows`, [features, this.#kernel, this.#input])],
      [`${name}.steps`],
    );
    graph.node('Transpose', [`${name}.steps`], [`${name}.kernel`], { perm: attr.ints([0, 2, 1]) });
    const steps = graph.transpose(x!, `${name}.x`, [1, 2, 0]);
    graph.node('Conv', [steps, `${name}.kernel`, graph.vector(this.#b)], [`${name}.conv`], {
      kernel_shape: attr.ints([this.#kernel]),
      strides: attr.ints([this.#stride]),
      pads: attr.ints([this.#left, this.#right]),
    });
    const sum = this.#activation ? `${name}.sum` : name;
    graph.node('Transpose', [`${name}.conv`], [sum], { perm: attr.ints([2, 0, 1]) });
    return writeActivation(graph, this.#activation, sum, name);
  }
}
