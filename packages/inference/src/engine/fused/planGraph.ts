/** Decides once a model whether the fused engine covers its graph, and what of it can be folded together. */
import { attributeOf, type OnnxModel, type OnnxNode, RivuletError } from '@rivulet/core';
import { type Constant, constantsOf } from './constants.ts';
import type { GraphFacts, PlanNode } from './operator.ts';
import { biasOf } from './operators/dense.ts';
import { HOST_OPERATORS } from './operators/host.ts';
import { OPERATORS } from './operators/operators.ts';

export interface Plan {
  readonly model: OnnxModel;
  readonly facts: GraphFacts;
  readonly constants: ReadonlyMap<string, Constant>;
  /** In running order, constants left out. */
  readonly nodes: readonly PlanNode[];
  /** Readers of each value, the graph's outputs counted as one. */
  readonly readers: ReadonlyMap<string, number>;
  /** Most weights are int8. */
  readonly int8: boolean;
}

/** Why a graph is left to another engine. */
export interface Refusal {
  readonly op: string;
  readonly node: string;
  readonly why: string;
}

/** @throws ONNX_PARSE for a node that reads too little, or what nothing before it makes */
export function planGraph(model: OnnxModel): Plan | Refusal {
  const { graph } = model;
  const constants = constantsOf(graph);
  const nodes = fold(
    graph.nodes.filter(({ outputs }) => !constants.has(outputs[0] ?? '')),
    graph.outputs.map(({ name }) => name),
    constants,
  );
  const hosts = new Set(constants.keys());
  const facts: GraphFacts = {
    opset: model.opset,
    constant: (name) => (name ? constants.get(name) : undefined),
    isHost: (name) => hosts.has(name),
  };
  for (const plan of nodes) {
    if (settledOnHost(plan.node, facts)) {
      for (const name of plan.outputs) hosts.add(name);
      continue;
    }
    const why = refusal(plan, facts);
    if (why) return { op: plan.node.op, node: plan.node.name ?? '', why };
  }
  const border = borderRefusal(model, nodes, constants, hosts);
  if (border) return border;
  checkNames(model, nodes, constants);
  let [int8, float] = [0, 0];
  for (const { kind, tensor } of constants.values()) {
    if (kind === 'quantised') int8 += tensor.data.length;
    else if (tensor.type === 'float32') float += tensor.data.length;
  }
  return { model, facts, constants, nodes, readers: readersOf(nodes, graph.outputs), int8: int8 > float };
}

/** Inputs that may not be absent, where it is more than the first. */
const NEEDED: Readonly<Record<string, number>> = {
  ...{ RNN: 3, LSTM: 3, GRU: 3, MatMul: 2, Gemm: 2, Gather: 2, Expand: 2 },
  ...{ Add: 2, Sub: 2, Mul: 2, Div: 2 },
};

/** ONNX lists nodes in running order, so every name stands before its readers. */
function checkNames(
  { graph }: OnnxModel,
  nodes: readonly PlanNode[],
  constants: ReadonlyMap<string, Constant>,
): void {
  const made = new Set([...constants.keys(), ...graph.inputs.map(({ name }) => name)]);
  const check = (reader: string, name: string): void => {
    if (name !== '' && made.has(name)) return;
    throw new RivuletError('ONNX_PARSE', `${reader} reads "${name}", which nothing before it makes`, {
      reader,
      value: name,
    });
  };
  for (const { node, inputs, outputs } of nodes) {
    const needed = NEEDED[node.op] ?? 1;
    for (let i = 0; i < needed; i++) {
      if (inputs[i]) continue;
      const details = { op: node.op, node: node.name ?? '', needed, got: inputs };
      throw new RivuletError('ONNX_PARSE', `${node.op} needs ${needed} inputs, got [${inputs}]`, details);
    }
    for (const name of inputs) if (name !== '') check(node.name || node.op, name);
    for (const name of outputs) made.add(name);
  }
  for (const { name } of graph.outputs) check('the graph', name);
}

export function isRefusal(plan: Plan | Refusal): plan is Refusal {
  return 'why' in plan;
}

export function settledOnHost({ op, domain, inputs }: OnnxNode, facts: GraphFacts): boolean {
  if (domain || !Object.hasOwn(HOST_OPERATORS, op)) return false;
  return op === 'Shape' || op === 'Size' || inputs.every((name) => name === '' || facts.isHost(name));
}

function refusal(plan: PlanNode, facts: GraphFacts): string | undefined {
  const { op, domain } = plan.node;
  if (domain && domain !== 'ai.onnx') return `domain ${domain}`;
  if (!Object.hasOwn(OPERATORS, op)) return 'not covered';
  for (const name of plan.inputs) {
    const constant = facts.constant(name);
    if (constant && OFF_LIMITS.has(constant.kind === 'plain' ? constant.tensor.type : '')) {
      return `a constant of type ${constant.kind === 'plain' ? constant.tensor.type : ''}`;
    }
  }
  return OPERATORS[op]!.refuses(plan, facts);
}

/** Kept as bits that this engine would take for integers, or more precise than it computes. */
const OFF_LIMITS = new Set(['float16', 'bfloat16', 'float64']);

const RECURRENT = new Set(['RNN', 'LSTM', 'GRU']);
const LENGTHS = 4;

/** Inputs must be float32, or int32 lengths of recurrent nodes and nothing else; outputs must be float32. */
function borderRefusal(
  { graph }: OnnxModel,
  nodes: readonly PlanNode[],
  constants: ReadonlyMap<string, Constant>,
  hosts: ReadonlySet<string>,
): Refusal | undefined {
  for (const { name, type } of graph.inputs) {
    if (constants.has(name) || type === 'float32') continue;
    const lengths =
      type === 'int32' &&
      nodes.every(({ node, inputs }) =>
        inputs.every((input, i) => input !== name || (RECURRENT.has(node.op) && i === LENGTHS)),
      );
    if (!lengths) return { op: 'input', node: name, why: `of type ${type}` };
  }
  for (const { name, type } of graph.outputs) {
    if (type !== 'float32') return { op: 'output', node: name, why: `of type ${type}` };
  }
  const lengthsComputed = nodes.find(({ node, inputs }) => {
    const name = RECURRENT.has(node.op) ? (inputs[LENGTHS] ?? '') : '';
    return name && !hosts.has(name) && !graph.inputs.some((input) => input.name === name);
  });
  if (lengthsComputed) {
    const { op, name = '' } = lengthsComputed.node;
    return { op, node: name, why: 'lengths that the graph computes' };
  }
  return undefined;
}

function readersOf(
  nodes: readonly PlanNode[],
  outputs: readonly { readonly name: string }[],
): Map<string, number> {
  const readers = new Map<string, number>();
  const read = (name: string): void => {
    if (name) readers.set(name, (readers.get(name) ?? 0) + 1);
  };
  for (const { inputs } of nodes) inputs.forEach(read);
  for (const { name } of outputs) read(name);
  return readers;
}

/**
 * Folds `MatMul -> Add(constant row)` into one product with a bias, and `recurrent -> Transpose(0, 2, 1, 3)` into
 * a recurrent node that writes its output in that order to begin with. Only where nobody else reads between.
 */
function fold(
  nodes: readonly OnnxNode[],
  outputs: readonly string[],
  constants: ReadonlyMap<string, Constant>,
): PlanNode[] {
  const plain = nodes.map((node): PlanNode => ({ node, inputs: node.inputs, outputs: node.outputs }));
  const readers = readersOf(
    plain,
    outputs.map((name) => ({ name })),
  );
  const byInput = new Map<string, OnnxNode>();
  for (const node of nodes) for (const name of node.inputs) byInput.set(name, node);
  const gone = new Set<OnnxNode>();
  const folded = plain.map((plan): PlanNode => {
    const [first = ''] = plan.outputs;
    const next = readers.get(first) === 1 ? byInput.get(first) : undefined;
    if (!next || next.domain || plan.node.domain) return plan;
    if (RECURRENT.has(plan.node.op) && next.op === 'Transpose') {
      if (String(attributeOf(next, 'perm', 'ints', [])) !== '0,2,1,3') return plan;
      gone.add(next);
      return { ...plan, outputs: [next.outputs[0]!, ...plan.outputs.slice(1)], lanesFirst: true };
    }
    const weights = constants.get(plan.inputs[1] ?? '');
    if (plan.node.op === 'MatMul' && next.op === 'Add' && weights?.tensor.shape.length === 2) {
      const bias = next.inputs[0] === first ? next.inputs[1]! : next.inputs[0]!;
      if (!biasOf(constants.get(bias), weights.tensor.shape[1]!)) return plan;
      gone.add(next);
      return { ...plan, outputs: next.outputs, bias };
    }
    return plan;
  });
  return folded.filter(({ node }) => !gone.has(node));
}
