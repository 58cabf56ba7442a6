/** Quantises every matrix of a network; biases stay float32: they are few and add up unscaled. */
import type { NetworkPlan, Parameter } from '../nn/networkPlan.ts';
import { type QuantisedMatrix, quantiseRows } from './quantiseRows.ts';

export interface QuantisedNetwork {
  /** By name of the parameter. */
  readonly matrices: ReadonlyMap<string, QuantisedMatrix>;
  /** [plan.floats] the weights that the int8 model computes with. */
  readonly restored: Float32Array;
}

export function quantiseNetwork(plan: NetworkPlan, weights: Float32Array): QuantisedNetwork {
  const matrices = new Map<string, QuantisedMatrix>();
  const restored = weights.slice();
  const quantise = ({ name, shape, offset, size }: Parameter): void => {
    const [dirs, rows, columns] = shape.length === 3 ? shape : [1, ...shape];
    const made = quantiseRows(weights.subarray(offset, offset + size), dirs!, rows!, columns!);
    matrices.set(name, made);
    restored.set(made.restored, offset);
  };
  for (const node of plan.nodes) {
    if (node.op === 'recurrent' || node.op === 'dense') quantise(node.w);
    if (node.op === 'recurrent') quantise(node.r);
  }
  return { matrices, restored };
}
