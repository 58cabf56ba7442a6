/** The network alone, with no Node built-in behind it: planned from a recipe, run, trained and exported. */
export { toOnnx } from './export/toOnnx.ts';
export { initialise } from './nn/initialise.ts';
export { type ForwardMode, Network, type NetworkOptions } from './nn/network.ts';
export { type NetworkPlan, planNetwork } from './nn/networkPlan.ts';
export type { Parameter } from './nn/operation.ts';
export { quantiseNetwork } from './quantise/quantiseNetwork.ts';
export { Random } from './random.ts';
export { parseRecipe, type Recipe, type RecipeInput } from './recipe.ts';
export type { Batch, LaneTensor, LaneTensors } from './task.ts';
