/**
 * Activations that a graph rounds in a range fixed beforehand, QuantizeLinear and DequantizeLinear, right before a
 * product with int8 weights: the product does it on the way, and the two nodes are gone.
 */
import { attributeOf } from '@rivulet/core';
import type { ActivationLevels } from '@rivulet/kernels/infer';
import type { GraphFacts, OperatorRules, PlanNode, PlannedNode } from './operator.ts';

/** ONNX's numbers of the types in 8 and 16 bits. */
const TYPES: Readonly<Record<number, string>> = { 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16' };
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/**
 * First and last number of what a QuantizeLinear node gives: of its zero's type, or what it says, or uint8.
 * @returns undefined for other types, of 4 bits or of floats
 */
export function levelsOf(
  { node, inputs }: PlanNode,
  facts: Pick<GraphFacts, 'constant'>,
): readonly [number, number] | undefined {
  const said = attributeOf(node, 'output_dtype', 'int', 0);
  if (!inputs[2]) return RANGES[said === 0 ? 'uint8' : (TYPES[said] ?? '')];
  const zero = facts.constant(inputs[2]);
  return zero?.kind === 'plain' ? RANGES[zero.tensor.type] : undefined;
}

export interface RoundedValue {
  /** What it was before. */
  readonly exact: string;
  readonly range: ActivationLevels;
  /** The level of 0 in the type's own numbers. */
  readonly zero: number;
}

/** Values that come of a QuantizeLinear and the DequantizeLinear that undoes it, one scale for all, by name. */
export function roundedValues(
  nodes: readonly PlanNode[],
  facts: Pick<GraphFacts, 'constant'>,
): ReadonlyMap<string, RoundedValue> {
  const levels = new Map<string, RoundedValue>();
  const rounded = new Map<string, RoundedValue>();
  for (const plan of nodes) {
    const { node, inputs, outputs } = plan;
    if (node.domain) continue;
    const scale = numberOf(inputs[1], facts);
    const zero = inputs[2] ? numberOf(inputs[2], facts) : 0;
    if (scale === undefined || zero === undefined || !(scale > 0)) continue;
    if (node.op === 'QuantizeLinear') {
      const ends = levelsOf(plan, facts);
      if (!ends) continue;
      const [lowest, highest] = ends.map((level) => level - zero) as [number, number];
      levels.set(outputs[0]!, { exact: inputs[0]!, range: { scale, lowest, highest }, zero });
    } else if (node.op === 'DequantizeLinear') {
      const value = levels.get(inputs[0]!);
      if (value?.range.scale === scale && value.zero === zero) rounded.set(outputs[0]!, value);
    }
  }
  return rounded;
}

function numberOf(name: string | undefined, facts: Pick<GraphFacts, 'constant'>): number | undefined {
  const constant = facts.constant(name);
  if (constant?.kind !== 'plain' || constant.tensor.data.length !== 1) return undefined;
  return Number(constant.tensor.data[0]);
}

/** Nodes without those that only rounded for products that do it themselves. */
export function withoutUnread<O extends OperatorRules>(
  nodes: readonly PlannedNode<O>[],
  outputs: readonly { readonly name: string }[],
): PlannedNode<O>[] {
  const read = new Set(outputs.map(({ name }) => name));
  const kept = [...nodes].reverse().filter(({ node, inputs, outputs: made }) => {
    const rounds = node.op === 'QuantizeLinear' || node.op === 'DequantizeLinear';
    if (rounds && !made.some((name) => read.has(name))) return false;
    for (const name of inputs) read.add(name);
    return true;
  });
  return kept.reverse();
}
