/** What weights are worth on the validation samples, as float32 and as the int8 model that they become. */
import type { TrainKernels } from '@rivulet/kernels/train';
import { validationBatches } from '../bptt/epochBatches.ts';
import { evaluateBatches } from '../bptt/evaluateBatches.ts';
import { Network } from '../nn/network.ts';
import type { NetworkPlan } from '../nn/networkPlan.ts';
import type { ActivationRanges } from '../quantise/activationRange.ts';
import { int8Network } from '../quantise/int8Network.ts';
import { quantiseNetwork } from '../quantise/quantiseNetwork.ts';
import type { Recipe } from '../recipe.ts';
import type { TaskData } from '../task.ts';

/**
 * @param weights [plan.floats]
 * @param ranges of the int8 model's activations
 * @returns the task's figures and `loss`, and the same of int8 as `int8.<name>`: with activations in the ranges, or of
 *   7 bits where the recipe trained for them; what is no number, as a share of nothing, is left out
 */
export function measureWeights(
  kernels: TrainKernels,
  plan: NetworkPlan,
  recipe: Recipe,
  data: TaskData,
  weights: Float32Array,
  ranges?: ActivationRanges,
): Record<string, number> {
  const float32 = measure(new Network(kernels, plan), data, weights, recipe.batch);
  const rounding = int8Network(kernels, recipe, ranges);
  const int8 = measure(rounding, data, quantiseNetwork(plan, weights).restored, recipe.batch);
  return {
    ...float32,
    ...Object.fromEntries(Object.entries(int8).map(([key, value]) => [`int8.${key}`, value])),
  };
}

function measure(
  network: Network,
  data: TaskData,
  weights: Float32Array,
  batch: number,
): Record<string, number> {
  network.weights().set(weights);
  const lengths = Int32Array.from({ length: data.valCount }, (_, i) => data.valLength?.(i) ?? 0);
  const { loss, weight, sums } = evaluateBatches(network, data, validationBatches(lengths, batch));
  const { best: _, ...figures } = data.figures(sums);
  const all = { ...figures, loss: loss / (weight || 1) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}
