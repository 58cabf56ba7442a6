/** Quantises every matrix of a network; biases stay float32: they are few and add up unscaled. */
import type { NetworkPlan } from '../nn/networkPlan.ts';
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
  for (const { name, shape, offset, size, matrix } of plan.parameters) {
    if (!matrix) continue;
    const [dirs, rows, columns] = shape.length === 3 ? shape : [1, ...shape];
    const made = quantiseRows(weights.subarray(offset, offset + size), dirs!, rows!, columns!);
    matrices.set(name, made);
    restored.set(made.restored, offset);
  }
  return { matrices, restored };
}
