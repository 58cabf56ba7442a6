/**
 * A network as the recipe's layer list says it, checked and resolved: every layer knows its sources, its
 * width and where its parameters stand in the one flat vector that optimiser, threads and checkpoints share.
 */
import { RivuletError } from '@rivulet/core';
import { type ActivationRanges, roundedName } from '../quantise/activationRange.ts';
import type { Recipe } from '../recipe.ts';
import type { NetworkNode, Parameter, Planner } from './operation.ts';
import { planLayer } from './operations.ts';
import { Input } from './ops/input.ts';
import { isProduct, Rounded } from './ops/rounded.ts';

export interface NetworkPlan {
  /** Sources stand before their readers. */
  readonly nodes: readonly NetworkNode[];
  readonly inputs: readonly number[];
  /** Node of each output, named by the node. */
  readonly outputs: readonly number[];
  /** Nodes that no output depends on. */
  readonly idle: readonly number[];
  readonly parameters: readonly Parameter[];
  /** Floats of the flat vector, holes for alignment included. */
  readonly floats: number;
  /** The vector's first floats are matrices, which decay; behind them stands what does not: biases, gains. */
  readonly decayFloats: number;
}

/** A quarter of the memory that the kernels can address: weights, gradients, two moments and the activations. */
const MOST_FLOATS = 2 ** 28;

/**
 * @param ranges rounds what products read of the nodes that it names; parameters stand where they do without it
 * @throws RECIPE_INVALID naming the key of the layer that does not fit
 */
export function planNetwork(network: Recipe['network'], ranges?: ActivationRanges): NetworkPlan {
  const nodes: NetworkNode[] = [];
  const matrices: Parameter[] = [];
  const vectors: Parameter[] = [];
  const index = new Map<string, number>();
  /** What each node reads. */
  const reads = new Map<number, number[]>();

  const add = (node: NetworkNode, key: string): void => {
    if (index.has(node.name)) refuse(key, `${JSON.stringify(node.name)} is there twice`, node.name);
    index.set(node.name, nodes.length);
    nodes.push(node);
  };
  const find = (name: string, key: string): number => {
    const found = index.get(name);
    return found ?? refuse(key, `no input or earlier layer is called ${JSON.stringify(name)}`, name);
  };
  const roundedSource = (source: number, key: string): number => {
    const { name, features } = nodes[source]!;
    const range = ranges?.get(name);
    if (!range) return source;
    const rounded = roundedName(name);
    if (!index.has(rounded)) {
      reads.set(nodes.length, [source]);
      add(new Rounded(rounded, source, features, range), key);
    }
    return index.get(rounded)!;
  };
  const parameter = (matrix: boolean, name: string, shape: readonly number[]): Parameter => {
    const made = { name, shape, offset: 0, size: shape.reduce((product, n) => product * n, 1), matrix };
    (matrix ? matrices : vectors).push(made);
    return made;
  };

  for (const [name, features] of Object.entries(network.inputs)) {
    add(new Input(name, features), `network.inputs.${name}`);
  }
  const inputs = nodes.map((_, i) => i);

  network.layers.forEach((layer, i) => {
    const key = `network.layers.${i}`;
    const read = layer.in ? find(layer.in, `${key}.in`) : i === 0 ? 0 : nodes.length - 1;
    const source = isProduct(layer) ? roundedSource(read, key) : read;
    const name = layer.name ?? `${layer.op}${i}`;
    const own = [source];
    reads.set(nodes.length, own);
    const planner: Planner = {
      key,
      name,
      source,
      node: (at) => nodes[at]!,
      find: (wanted, under) => {
        const found = find(wanted, `${key}.${under}`);
        own.push(found);
        return found;
      },
      matrix: (suffix, shape) => parameter(true, `${name}.${suffix}`, shape),
      vector: (suffix, shape) => parameter(false, `${name}.${suffix}`, shape),
      refuse: (under, message, got) => refuse(under ? `${key}.${under}` : key, message, got),
    };
    add(planLayer(layer, planner), key);
  });

  const outputs = network.outputs.map((name, i) => {
    const found = find(name, `network.outputs.${i}`);
    if (inputs.includes(found)) refuse(`network.outputs.${i}`, `${name} is an input`, name);
    if (network.outputs.indexOf(name) < i) refuse(`network.outputs.${i}`, `${name} is named twice`, name);
    return found;
  });

  const used = new Set<number>(outputs);
  // What is read stands before its readers.
  for (let i = nodes.length - 1; i >= 0; i--)
    if (used.has(i)) for (const read of reads.get(i) ?? []) used.add(read);
  const idle = nodes.flatMap((_, i) => (used.has(i) ? [] : [i]));

  const parameters = [...matrices, ...vectors] as (Parameter & { offset: number })[];
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
  return { nodes, inputs, outputs, idle, parameters, floats, decayFloats };
}

/** Rounds up to 16 bytes; by arithmetic, for bits would wrap beyond 2^31. */
export function align(floats: number): number {
  return Math.ceil(floats / 4) * 4;
}

/** To train what no output depends on is a mistake: a name in `outputs` or an `in` that was left as it was. @throws RECIPE_INVALID */
export function checkAllUsed({ nodes, inputs, idle: [first] }: NetworkPlan): void {
  if (first === undefined) return;
  const { name } = nodes[first]!;
  const key = first < inputs.length ? `network.inputs.${name}` : `network.layers.${first - inputs.length}`;
  refuse(key, `no output depends on ${name}`, name);
}

function refuse(key: string, message: string, got: unknown): never {
  throw new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, { key, got });
}
