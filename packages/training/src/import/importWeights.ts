/**
 * The way back from ONNX: reads the weights of a network out of a graph that `toOnnx` wrote, float32 or int8. The
 * network is planned from the recipe that stands beside the model; every layer writes its part of the graph once
 * more, which says where each parameter stands and how it lies, and that the file is of this network at all.
 */
import { type OnnxModel, type OnnxNode, type OnnxTensor, RivuletError } from '@rivulet/core';
import { GraphWriter } from '../export/graphWriter.ts';
import { writeNodes } from '../export/toOnnx.ts';
import type { NetworkPlan } from '../nn/networkPlan.ts';
import type { Parameter } from '../nn/operation.ts';

/** How a parameter lies in its tensor. */
interface Place {
  readonly parameter: Parameter;
  /** Axis of the tensor that int8 scales stand along. */
  readonly axis: number;
  /** [rows, columns] lies there as [columns, rows]. */
  readonly transposed: boolean;
}

/**
 * @returns [plan.floats] the weights; those of an int8 model as what its numbers stand for
 * @throws MODEL_SHAPE naming the node or the tensor when the model is not one of this network
 */
export function importWeights(plan: NetworkPlan, { graph }: OnnxModel): Float32Array {
  const places = new PlaceRecorder(new Float32Array(plan.floats));
  writeNodes(plan, places);
  checkNodes(places.nodes, graph.nodes);
  const tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const weights = new Float32Array(plan.floats);
  for (const parameter of plan.parameters) {
    const place = places.of.get(parameter.name);
    if (!place) throw mismatch(parameter.name, 'a parameter of the graph', 'none');
    const { offset, size } = parameter;
    readParameter(place, tensors, weights.subarray(offset, offset + size));
  }
  return weights;
}

/** A graph writer that keeps where each parameter goes. */
class PlaceRecorder extends GraphWriter {
  readonly of = new Map<string, Place>();

  override matrix(parameter: Parameter, axis: number, transposed = false): string {
    this.of.set(parameter.name, { parameter, axis, transposed });
    return super.matrix(parameter, axis, transposed);
  }

  override vector(parameter: Parameter): string {
    this.of.set(parameter.name, { parameter, axis: 0, transposed: false });
    return super.vector(parameter);
  }
}

/** The same computations on the same values; how the weights are stored is left open, and so is rounding between. */
function checkNodes(wanted: readonly OnnxNode[], found: readonly OnnxNode[]): void {
  const own = withoutRanges(found).filter(({ op }) => op !== 'DequantizeLinear');
  const text = (node: OnnxNode | undefined): string =>
    node
      ? JSON.stringify([node.op, node.inputs, node.outputs, Object.entries(node.attributes).sort()])
      : 'none';
  for (let i = 0; i < Math.max(wanted.length, own.length); i++) {
    const [expected, got] = [text(wanted[i]), text(own[i])];
    if (expected !== got) throw mismatch(`node ${own[i]?.name ?? i}`, expected, got);
  }
}

/**
 * Calibrated ranges of activations are read past: they belong to the weights as they are, and what is trained on has
 * others.
 */
function withoutRanges(nodes: readonly OnnxNode[]): OnnxNode[] {
  const levels = new Map<string, string>();
  const exact = new Map<string, string>();
  const kept: OnnxNode[] = [];
  for (const node of nodes) {
    const [source = ''] = node.inputs;
    const [out = ''] = node.outputs;
    if (node.op === 'QuantizeLinear') levels.set(out, source);
    else if (node.op === 'DequantizeLinear' && levels.has(source)) exact.set(out, levels.get(source)!);
    else kept.push({ ...node, inputs: node.inputs.map((name) => exact.get(name) ?? name) });
  }
  return kept;
}

function readParameter(
  { parameter, axis, transposed }: Place,
  tensors: ReadonlyMap<string, OnnxTensor>,
  out: Float32Array,
): void {
  const { name, shape } = parameter;
  const dims = transposed ? [...shape].reverse() : shape;
  const tensor = (suffix: string, type: string, wanted: readonly number[]): OnnxTensor => {
    const found = tensors.get(name + suffix);
    if (found?.type !== type || found.shape.join() !== wanted.join()) {
      throw mismatch(
        name + suffix,
        { type, shape: wanted },
        found && { type: found.type, shape: found.shape },
      );
    }
    return found;
  };
  const values = new Float32Array(out.length);
  if (!tensors.has(`${name}.int8`)) values.set(tensor('', 'float32', dims).data as Float32Array);
  else {
    const levels = tensor('.int8', 'int8', dims).data as Int8Array;
    const scales = tensor('.scale', 'float32', [dims[axis]!]).data as Float32Array;
    const inner = dims.slice(axis + 1).reduce((product, n) => product * n, 1);
    for (let i = 0; i < values.length; i++)
      values[i] = levels[i]! * scales[Math.floor(i / inner) % scales.length]!;
  }
  const [rows, columns] = transposed ? shape : [1, out.length];
  for (let i = 0; i < out.length; i++) out[i] = values[(i % columns!) * rows! + Math.floor(i / columns!)]!;
}

function mismatch(name: string, expected: unknown, got: unknown): RivuletError {
  return new RivuletError('MODEL_SHAPE', `The model is not of this network: ${name}`, {
    name,
    expected,
    got,
  });
}
