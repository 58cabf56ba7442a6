/** Decides once a model whether an engine covers its graph, and what of it can be folded together. */
import {
  attr,
  attributeOf,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  RivuletError,
} from '@rivulet/core';
import { ARRAYS, WIDE } from '../feeds.ts';
import { type Constant, constantsOf, copied, hostValue } from './constants.ts';
import type { GraphFacts, Operator, OperatorRules, PlanNode, PlannedNode } from './operator.ts';
import { biasOf } from './operators/dense.ts';
import { CELLS } from './operators/recurrentNode.ts';
import type { OperatorTable } from './operators/usualOperators.ts';
import type { HostValue } from './value.ts';

export interface Plan<O extends OperatorRules = Operator> {
  readonly model: OnnxModel;
  readonly facts: GraphFacts;
  readonly constants: ReadonlyMap<string, Constant>;
  /** In running order, constants left out. */
  readonly nodes: readonly PlannedNode<O>[];
  /** Readers of each value, the graph's outputs counted as one. */
  readonly readers: ReadonlyMap<string, number>;
}

/** Versions of ONNX's own operator set: what others say of an operator is not known here. */
const OPSETS = { first: 7, last: 25 } as const;

/** See ranges.ts. */
type Ranges = Pick<typeof import('./ranges.ts'), 'roundedValues' | 'withoutUnread'>;

/** Why a graph is left to another engine. */
export interface Refusal {
  readonly op: string;
  readonly node: string;
  readonly why: string;
}

/**
 * @param model for any table but that of the usual operators, in its plain forms (plainForms.ts)
 * @param table operators to choose from, of one engine
 * @param ranges for a table with operators that round: what folds them into products
 * @throws ONNX_PARSE for a node that reads too little, or what nothing before it makes
 */
export function planGraph<O extends OperatorRules>(
  model: OnnxModel,
  table: OperatorTable<O>,
  ranges?: Ranges,
): Plan<O> | Refusal {
  const { opset } = model;
  if (opset < OPSETS.first || opset > OPSETS.last) {
    return { op: 'opset', node: '', why: `${opset}, of ${OPSETS.first} to ${OPSETS.last}` };
  }
  const { graph } = model;
  const constants = constantsOf(graph, (node, inputs) => settleConstant(table, node, inputs, model.opset));
  const nodes = fold(
    graph.nodes.filter(({ outputs }) => !constants.has(outputs[0] ?? '')).map(apart),
    graph.outputs.map(({ name }) => name),
    constants,
  );
  const hosts = new Set(constants.keys());
  const facts: GraphFacts = {
    opset: model.opset,
    constant: (name) => (name ? constants.get(name) : undefined),
    isHost: (name) => hosts.has(name),
  };
  const rounded = ranges?.roundedValues(nodes, facts);
  const all: PlannedNode<O>[] = [];
  for (const plan of nodes) {
    const settles = settlerOf(operatorsOf(plan.node, table), plan, facts);
    if (settles) {
      for (const name of plan.outputs) hosts.add(name);
      all.push({ ...plan, operator: settles, settled: true });
      continue;
    }
    const operator = runnerOf(operatorsOf(plan.node, table), plan, facts);
    if (typeof operator === 'string') {
      return { op: plan.node.op, node: plan.node.name ?? '', why: operator };
    }
    const value = rounded?.get(plan.inputs[0] ?? '');
    const taken = value && operator.takesRange?.(plan, facts);
    const reads = taken ? { inputs: [value.exact, ...plan.inputs.slice(1)], range: value.range } : {};
    all.push({ ...plan, ...reads, operator, settled: false });
  }
  const planned = ranges && rounded?.size ? ranges.withoutUnread(all, graph.outputs) : all;
  const border = borderRefusal(model, constants);
  if (border) return border;
  checkNames(model, planned, constants);
  return {
    model,
    facts,
    constants,
    nodes: planned,
    readers: readersOf(planned, graph.outputs),
  };
}

/** A node that stays: its tensor is a copy, for a view would keep the bytes of the whole file. */
function apart(node: OnnxNode): OnnxNode {
  const { value } = node.attributes;
  if (value?.kind !== 'tensor') return node;
  const { tensor } = copied({ kind: 'plain', tensor: value.value });
  return { ...node, attributes: { ...node.attributes, value: attr.tensor(tensor as OnnxTensor) } };
}

/** What fails, a shape that fits nothing mostly, is left to fail when it runs. */
function settleConstant(
  table: OperatorTable<OperatorRules>,
  node: OnnxNode,
  inputs: readonly (HostValue | undefined)[],
  opset: number,
): readonly HostValue[] | undefined {
  const operator = operatorsOf(node, table).find(({ settle }) => settle);
  const settle = operator?.settle;
  if (!settle) return undefined;
  const needed = neededOf(operator, inputs);
  if (inputs.slice(0, needed).filter(Boolean).length < needed) return undefined;
  const facts: GraphFacts = { opset, constant: () => undefined, isHost: () => true };
  if (operator.refuses({ node, ...node }, facts) !== undefined) return undefined;
  try {
    return settle(node, inputs, opset, node.outputs.length);
  } catch (error) {
    if (error instanceof RivuletError) return undefined;
    throw error;
  }
}

function operatorsOf<O extends OperatorRules>(
  { op, domain }: OnnxNode,
  table: OperatorTable<O>,
): readonly O[] {
  const name = !domain || domain === 'ai.onnx' ? op : `${domain}.${op}`;
  return Object.hasOwn(table, name) ? ([table[name]!].flat() as O[]) : [];
}

/** ONNX lists nodes in running order, so every name stands before its readers. */
function checkNames(
  { graph }: OnnxModel,
  nodes: readonly PlannedNode<OperatorRules>[],
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
  for (const { node, inputs, outputs, operator } of nodes) {
    const needed = neededOf(operator, inputs);
    for (let i = 0; i < needed; i++) {
      if (inputs[i]) continue;
      const details = { op: node.op, node: node.name ?? '', needed, got: inputs };
      throw new RivuletError('ONNX_PARSE', `${node.op} needs ${needed} inputs, got [${inputs}]`, details);
    }
    for (const name of inputs) if (name !== '') check(node.name || node.op, name);
    for (const name of outputs) {
      if (name !== '' && made.has(name)) {
        const reader = node.name || node.op;
        throw new RivuletError('ONNX_PARSE', `${reader} makes "${name}", which is there already`, {
          reader,
          value: name,
        });
      }
      made.add(name);
    }
  }
  for (const { name } of graph.outputs) check('the graph', name);
}

/** How many inputs may not be absent. */
const neededOf = ({ needs = 1 }: OperatorRules, inputs: readonly unknown[]): number =>
  Number.isFinite(needs) ? needs : Math.max(1, inputs.length);

export function isRefusal<O extends OperatorRules>(plan: Plan<O> | Refusal): plan is Refusal {
  return 'why' in plan;
}

/** What computes a node before running; undefined when that cannot be. */
function settlerOf<O extends OperatorRules>(
  operators: readonly O[],
  plan: PlanNode,
  facts: GraphFacts,
): O | undefined {
  return operators.find(
    (operator) =>
      operator.settle &&
      (operator.shapeOnly || plan.inputs.every((name) => name === '' || facts.isHost(name))) &&
      operator.refuses(plan, facts) === undefined,
  );
}

/** The first operator that takes a node; the last one's reason when none does. */
function runnerOf<O extends OperatorRules>(
  operators: readonly O[],
  plan: PlanNode,
  facts: GraphFacts,
): O | string {
  for (const name of plan.inputs) {
    const constant = facts.constant(name);
    // More precise than it computes.
    const double = constant?.kind === 'plain' && constant.tensor.type === 'float64';
    if (double) return 'a constant of type float64';
  }
  const { domain } = plan.node;
  let why = domain && domain !== 'ai.onnx' ? `domain ${domain}` : 'not covered';
  for (const operator of operators) {
    const reason = operator.refuses(plan, facts);
    if (reason === undefined) {
      const computed = plan.inputs.slice(0, operator.hosted);
      return computed.some((name) => isWide(facts.constant(name))) ? 'a constant beyond 32 bits' : operator;
    }
    why = reason;
  }
  return why;
}

/** Whether int32 has not all of its integers; those that say "to the end" go as far as it does. */
function isWide(constant: Constant | undefined): boolean {
  if (constant?.kind !== 'plain' || !WIDE.has(constant.tensor.type)) return false;
  const numbers = hostValue(constant).data as readonly number[];
  return numbers.some((value) => value !== (value | 0) && Math.abs(value) < TO_THE_END);
}

const TO_THE_END = 2 ** 62;

/** What may be fed and given back, see ElementType; results are handed out as float32 whatever they were. */
const crosses = (type: string): boolean => type !== 'float64' && ARRAYS[type] !== undefined;

function borderRefusal({ graph }: OnnxModel, constants: ReadonlyMap<string, Constant>): Refusal | undefined {
  for (const { name, type } of graph.inputs) {
    if (constants.has(name) || crosses(type)) continue;
    if (type === 'float64' && isRounded(graph, name)) continue;
    const why = type === 'float64' ? ', which is computed with before it is cast to float32' : '';
    return { op: 'input', node: name, why: `of type ${type}${why}` };
  }
  const output = graph.outputs.find(({ type }) => !crosses(type));
  return output && { op: 'output', node: output.name, why: `of type ${output.type}` };
}

/** Whether all that happens to a float64 is that it becomes a float32, as it does at this border. */
function isRounded({ nodes, outputs }: OnnxModel['graph'], name: string): boolean {
  const readers = nodes.filter(({ inputs }) => inputs.includes(name));
  const toFloat = readers.every((node) => node.op === 'Cast' && attributeOf(node, 'to', 'int', 0) === FLOAT);
  return toFloat && !outputs.some((output) => output.name === name);
}

const FLOAT = 1;

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
    if (Object.hasOwn(CELLS, plan.node.op) && next.op === 'Transpose') {
      if (String(attributeOf(next, 'perm', 'ints', [])) !== '0,2,1,3') return plan;
      gone.add(next);
      return { ...plan, outputs: [next.outputs[0]!, ...plan.outputs.slice(1)], lanesFirst: true };
    }
    const weights = constants.get(plan.inputs[1] ?? '');
    if (plan.node.op === 'MatMul' && next.op === 'Add' && weights?.tensor.shape.length === 2) {
      const bias = next.inputs[0] === first ? next.inputs[1]! : next.inputs[0]!;
      const constant = constants.get(bias);
      // Of two dimensions it would make a matrix of a product that is a list.
      if (constant?.tensor.shape.length !== 1 && constant?.tensor.shape.length !== 0) return plan;
      if (!biasOf(constant, weights.tensor.shape[1]!)) return plan;
      gone.add(next);
      return { ...plan, outputs: next.outputs, bias };
    }
    return plan;
  });
  return folded.filter(({ node }) => !gone.has(node));
}
