/**
 * An If that gives a value one shape or another, and whose condition follows from shapes alone: what PyTorch writes for
 * `x.squeeze(d)` where it does not know the size of d. Which branch it is shows once the graph is bound.
 */
import { type OnnxAttribute, type OnnxModel, type OnnxNode, readSubgraph } from '@rivulet/core';
import { constantsOf, hostValue } from '../constants.ts';
import type { Operator } from '../operator.ts';
import type { HostValue, Value } from '../value.ts';
import { identity, reshape } from './reshape.ts';

/** Of a domain of its own from planning on, for ONNX's If does not list what its branches read. */
const DOMAIN = 'rivulet';
export const RESHAPE_IF = `${DOMAIN}.If`;

const STEPS: Readonly<Record<string, Operator<unknown, unknown>>> = {
  Identity: identity,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
};

interface Branch {
  /** The value of the graph around it that is given a shape. */
  readonly source: string;
  readonly steps: readonly { readonly node: OnnxNode; readonly extra: HostValue | undefined }[];
}

/** @returns undefined for a branch that computes something else */
function branchOf(attribute: OnnxAttribute | undefined): Branch | undefined {
  const graph = readSubgraph(attribute);
  if (graph?.outputs.length !== 1) return undefined;
  const constants = constantsOf(graph, () => undefined);
  const made = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  const steps: Branch['steps'][number][] = [];
  let source = graph.outputs[0]!;
  for (let node = made.get(source); node; node = made.get(source)) {
    const [x = '', given = ''] = node.inputs;
    const extra = constants.get(given);
    // One that reads what follows it would go on for ever.
    const more = steps.length < graph.nodes.length && !node.domain && Object.hasOwn(STEPS, node.op);
    if (!more || (given && !extra)) return undefined;
    steps.unshift({ node, extra: extra && hostValue(extra) });
    source = x;
  }
  return constants.has(source) ? undefined : { source, steps };
}

const branchesOf = ({ attributes }: OnnxNode): (Branch | undefined)[] => [
  branchOf(attributes.then_branch),
  branchOf(attributes.else_branch),
];

/** The model with its Ifs of this kind as nodes that list what they read: the value, then the condition. */
export function withReshapeIfs(model: OnnxModel): OnnxModel {
  const nodes = model.graph.nodes.map((node) => {
    if (node.op !== 'If' || node.domain) return node;
    const [yes, no] = branchesOf(node);
    if (!yes || yes.source !== no?.source) return node;
    return { ...node, domain: DOMAIN, inputs: [yes.source, ...node.inputs], attributes: copies(node) };
  });
  return { ...model, graph: { ...model.graph, nodes } };
}

/** Views would keep the bytes of the whole file. */
function copies({ attributes }: OnnxNode): OnnxNode['attributes'] {
  const own = Object.entries(attributes).map(([name, attribute]): [string, OnnxAttribute] => [
    name,
    attribute.kind === 'opaque' ? { ...attribute, value: attribute.value.slice() } : attribute,
  ]);
  return Object.fromEntries(own);
}

export const reshapeIf: Operator<unknown, unknown> = {
  hosted: 1,
  needs: 2,
  refuses: ({ inputs }, { isHost }) =>
    isHost(inputs[1] ?? '') ? undefined : 'a condition that depends on data',
  settle: (node, inputs) => [shaped(branchesOf(node), inputs) as HostValue],
  prepare({ node }) {
    const branches = branchesOf(node);
    return (_binder, inputs) => [shaped(branches, inputs)];
  },
};

function shaped(
  [yes, no]: readonly (Branch | undefined)[],
  [x, condition]: readonly (Value | undefined)[],
): Value {
  const branch = (condition as HostValue).data[0] ? yes : no;
  return branch!.steps.reduce((value, { node, extra }) => {
    const bind = STEPS[node.op]!.prepare({ node, ...node }, undefined);
    return bind(undefined, [value, extra], { node, ...node })[0]!;
  }, x!);
}
