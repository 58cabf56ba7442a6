/**
 * A trained network as an ONNX graph. Gate order and weight shapes are ONNX's already, so this is a copy; int8
 * weights stand behind a DequantizeLinear, which any runtime understands and ours leaves int8.
 */
import type { OnnxModel, OnnxValue } from '@rivulet/core';
import type { NetworkPlan } from '../nn/networkPlan.ts';
import type { QuantisedNetwork } from '../quantise/quantiseNetwork.ts';
import { GraphWriter } from './graphWriter.ts';

const OPSET = 21;
const IR_VERSION = 10;

export interface ToOnnxOptions {
  readonly name: string;
  readonly plan: NetworkPlan;
  /** [plan.floats] */
  readonly weights: Float32Array;
  /** Makes the int8 model. */
  readonly quantised?: QuantisedNetwork;
  /** Shapes of inputs and outputs for their readers, e.g. ['T', 'B', 6]. */
  readonly shapes?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Every tensor between nodes is [T, B, features]. An output bears its node's name. */
export function toOnnx(options: ToOnnxOptions): OnnxModel {
  const { plan, name, weights, quantised, shapes = {}, metadata = {} } = options;
  const graph = new GraphWriter(weights, quantised);
  writeNodes(plan, graph);
  const value = (i: number): OnnxValue => {
    const { name, features } = plan.nodes[i]!;
    return { name, type: 'float32', shape: [...(shapes[name] ?? [`T_${name}`, 'B', features])] };
  };
  return {
    irVersion: IR_VERSION,
    opset: OPSET,
    producer: 'rivulet',
    graph: {
      name,
      nodes: graph.nodes,
      initializers: graph.initializers,
      inputs: plan.inputs.map(value),
      outputs: plan.outputs.map(value),
    },
    metadata: { ...metadata },
  };
}

/** Lets every layer write its part of the graph, sources before their readers. */
export function writeNodes(plan: NetworkPlan, graph: GraphWriter): void {
  /** Name of each node's tensor. */
  const tensors: string[] = [];
  plan.nodes.forEach((node, i) => {
    const inputs = node.sources.map((source) => tensors[source]!);
    tensors[i] = node.write(graph, inputs, plan.outputs.includes(i));
  });
}
