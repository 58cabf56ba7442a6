/**
 * What a network needs to learn, with no Node built-in behind it: planned from a recipe, run, losses, optimisers,
 * back-propagation through time, export.
 */
export { gradientNorms, layerSquares, stepSquares } from './bptt/gradientNorms.ts';
export { shardGradient } from './bptt/shardGradient.ts';
export { TruncatedPass, type Truncation, truncationOf } from './bptt/truncation.ts';
export { toOnnx } from './export/toOnnx.ts';
export { crossEntropy } from './losses/crossEntropy.ts';
export { ctcBatchLoss } from './losses/ctcBatchLoss.ts';
export { gaussianLoss, studentLoss } from './losses/likelihoods.ts';
export type { Loss, LossCall, LossSum } from './losses/loss.ts';
export { absoluteError, squaredError } from './losses/pointLosses.ts';
export { quantileLoss } from './losses/quantileLoss.ts';
export { initialise } from './nn/initialise.ts';
export { type ForwardMode, Network, type NetworkOptions, type NetworkState } from './nn/network.ts';
export { type NetworkPlan, planNetwork } from './nn/networkPlan.ts';
export type { Parameter } from './nn/operation.ts';
export { learningRate } from './optim/learningRate.ts';
export { Optimiser, sliceOf } from './optim/optimiser.ts';
export { type ActivationRange, type ActivationRanges, rangeOver } from './quantise/activationRange.ts';
export { quantiseNetwork } from './quantise/quantiseNetwork.ts';
export { Random } from './random.ts';
export { parseRecipe, type Recipe, type RecipeInput } from './recipe.ts';
export type { Batch, LaneTensor, LaneTensors, TaskData } from './task.ts';
