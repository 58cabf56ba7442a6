/** The network that an int8 file stands for; its weights are set to what int8 leaves of them. */
import type { TrainKernels } from '@rivulet/kernels/train';
import { Network } from '../nn/network.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import type { Recipe } from '../recipe.ts';
import type { ActivationRanges } from './activationRange.ts';

/**
 * @param ranges the file's; absent: activations are rounded to 7 bits where the recipe trained for that, and else not,
 *   for 14 and 16 bits change nothing that counts
 */
export function int8Network(kernels: TrainKernels, recipe: Recipe, ranges?: ActivationRanges): Network {
  const rounds = ranges === undefined && recipe.quantise !== undefined;
  return new Network(kernels, planNetwork(recipe.network, ranges), { rounds });
}
