/**
 * A network as the recipe's layer list says it, checked and resolved: every layer knows its source, its
 * width and where its parameters stand in the one flat vector that optimiser, threads and checkpoints share.
 */
import { type Cell, GATES, RivuletError } from '@rivulet/core';
import type { LayerRecipe, Recipe } from '../recipe.ts';

export interface Parameter {
  /** `<layer>.W`, `.R` or `.B`; ONNX shapes and gate order. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Floats from the start of the flat vector. */
  readonly offset: number;
  readonly size: number;
}

interface NodeBase {
  readonly name: string;
  /** Node whose output this one reads; -1 for inputs. */
  readonly source: number;
  /** Features a step that leave the node. */
  readonly features: number;
}
export interface InputNode extends NodeBase {
  readonly op: 'input';
}
export interface RecurrentNode extends NodeBase {
  readonly op: 'recurrent';
  readonly cell: Cell;
  readonly input: number;
  readonly hidden: number;
  readonly dirs: 1 | 2;
  /** Recurrent node whose final state starts this one; -1 = zeros. */
  readonly initial: number;
  /** [dirs, G*H, I] */
  readonly w: Parameter;
  /** [dirs, G*H, H] */
  readonly r: Parameter;
  /** [dirs, 2*G*H], the bias of W, then the bias of R */
  readonly b: Parameter;
}
export interface JoinNode extends NodeBase {
  readonly op: 'join';
  readonly factor: number;
}
export interface DropoutNode extends NodeBase {
  readonly op: 'dropout';
  readonly rate: number;
}
export interface DenseNode extends NodeBase {
  readonly op: 'dense';
  readonly input: number;
  /** [out, in] */
  readonly w: Parameter;
  /** [out] */
  readonly b: Parameter;
}
export type NetworkNode = InputNode | RecurrentNode | JoinNode | DropoutNode | DenseNode;

export interface NetworkPlan {
  /** Sources stand before their readers. The first input carries the batch's lengths. */
  readonly nodes: readonly NetworkNode[];
  readonly inputs: readonly number[];
  /** Node of each output, named by the node. */
  readonly outputs: readonly number[];
  readonly parameters: readonly Parameter[];
  /** Floats of the flat vector, holes for alignment included. */
  readonly floats: number;
  /** The vector's first floats are matrices, which decay; behind them stand biases, which do not. */
  readonly decayFloats: number;
}

/** A quarter of the memory that the kernels can address: weights, gradients, two moments and the activations. */
const MOST_FLOATS = 2 ** 28;

/** @throws RECIPE_INVALID naming the key of the layer that does not fit */
export function planNetwork(network: Recipe['network']): NetworkPlan {
  const nodes: NetworkNode[] = [];
  const matrices: Parameter[] = [];
  const biases: Parameter[] = [];
  const index = new Map<string, number>();

  const add = (node: NetworkNode, key: string): void => {
    if (index.has(node.name)) refuse(key, `${JSON.stringify(node.name)} is there twice`, node.name);
    index.set(node.name, nodes.length);
    nodes.push(node);
  };
  const find = (name: string, key: string): number => {
    const found = index.get(name);
    return found ?? refuse(key, `no input or earlier layer is called ${JSON.stringify(name)}`, name);
  };
  const parameter = (into: Parameter[], name: string, shape: readonly number[]): Parameter => {
    const made = { name, shape, offset: 0, size: shape.reduce((product, n) => product * n, 1) };
    into.push(made);
    return made;
  };

  for (const [name, features] of Object.entries(network.inputs)) {
    add({ op: 'input', name, source: -1, features }, `network.inputs.${name}`);
  }
  const inputs = nodes.map((_, i) => i);

  network.layers.forEach((layer, i) => {
    const key = `network.layers.${i}`;
    const source = layer.in ? find(layer.in, `${key}.in`) : i === 0 ? 0 : nodes.length - 1;
    const name = layer.name ?? `${layer.op}${i}`;
    const input = nodes[source]!.features;
    switch (layer.op) {
      case 'join':
        add({ op: 'join', name, source, features: input * layer.factor, factor: layer.factor }, key);
        break;
      case 'dropout':
        add({ op: 'dropout', name, source, features: input, rate: layer.rate }, key);
        break;
      case 'dense': {
        const w = parameter(matrices, `${name}.W`, [layer.units, input]);
        const b = parameter(biases, `${name}.B`, [layer.units]);
        add({ op: 'dense', name, source, features: layer.units, input, w, b }, key);
        break;
      }
      default: {
        const dirs = layer.bidirectional ? 2 : 1;
        const initial = layer.initial ? find(layer.initial.slice(0, -2), `${key}.initial`) : -1;
        if (initial >= 0) checkInitial(nodes[initial]!, layer, dirs, `${key}.initial`);
        const rows = GATES[layer.op] * layer.hidden;
        const w = parameter(matrices, `${name}.W`, [dirs, rows, input]);
        const r = parameter(matrices, `${name}.R`, [dirs, rows, layer.hidden]);
        const b = parameter(biases, `${name}.B`, [dirs, 2 * rows]);
        const { op: cell, hidden } = layer;
        const features = dirs * hidden;
        add({ op: 'recurrent', name, source, features, cell, input, hidden, dirs, initial, w, r, b }, key);
      }
    }
  });

  const outputs = network.outputs.map((name, i) => {
    const found = find(name, `network.outputs.${i}`);
    if (nodes[found]!.op === 'input') refuse(`network.outputs.${i}`, `${name} is an input`, name);
    if (network.outputs.indexOf(name) < i) refuse(`network.outputs.${i}`, `${name} leaves twice`, name);
    return found;
  });

  const parameters = [...matrices, ...biases] as (Parameter & { offset: number })[];
  let floats = 0;
  let decayFloats = 0;
  parameters.forEach((entry, i) => {
    entry.offset = floats;
    floats += align(entry.size);
    if (i < matrices.length) decayFloats = floats;
  });
  if (!(floats <= MOST_FLOATS)) {
    refuse('network', `its ${floats} parameters are more than ${MOST_FLOATS}`, floats);
  }
  return { nodes, inputs, outputs, parameters, floats, decayFloats };
}

/** Rounds up to 16 bytes; by arithmetic, for bits would wrap beyond 2^31. */
export function align(floats: number): number {
  return Math.ceil(floats / 4) * 4;
}

function checkInitial(
  from: NetworkNode,
  layer: Extract<LayerRecipe, { op: Cell }>,
  dirs: number,
  key: string,
): void {
  if (from.op !== 'recurrent') refuse(key, `${from.name} has no state`, from.name);
  else if (from.hidden !== layer.hidden || from.dirs !== dirs) {
    refuse(key, `its state is [${from.dirs}, ${from.hidden}], not [${dirs}, ${layer.hidden}]`, from.name);
  }
}

function refuse(key: string, message: string, got: unknown): never {
  throw new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, { key, got });
}
