/**
 * The recipe `models/<name>/train.json`: everything that decides a training run, as data. Unknown keys are
 * refused, because a misspelt option that is silently ignored costs a run.
 */
import * as v from 'valibot';
import { layerSchema } from './nn/operations.ts';
import { parseOptions } from './parseOptions.ts';
import { count, decay, fraction, identifier, positive } from './recipeValues.ts';

const network = v.strictObject({
  /** Features of each input, by ONNX input name; `lengths` of a batch belong to the first. */
  inputs: v.pipe(
    v.record(identifier, count),
    v.check((inputs) => Object.keys(inputs).length > 0, 'at least one input'),
  ),
  layers: v.pipe(v.array(layerSchema), v.minLength(1)),
  /** Names of layers that leave the network, as ONNX output names. */
  outputs: v.pipe(v.array(identifier), v.minLength(1)),
});

const optimiser = v.strictObject({
  kind: v.literal('adamw'),
  /** Peak learning rate. */
  lr: positive,
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
  /** Largest global norm of the gradient; 0 = no clipping. */
  clip: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  /** Steps of linear warm-up. */
  warmup: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  schedule: v.optional(v.picklist(['cosine', 'constant']), 'cosine'),
  /** Learning rate at the end of the cosine, as a part of the peak. */
  floor: v.optional(fraction, 0),
  beta1: v.optional(decay, 0.9),
  beta2: v.optional(decay, 0.999),
  eps: v.optional(positive, 1e-8),
  /** Decay of the running average of the weights that is validated and exported; 0 = off. */
  ema: v.optional(decay, 0),
});

const recipe = v.strictObject({
  task: v.string(),
  /** Version of the exported model. */
  version: v.optional(v.string(), '1.0.0'),
  seed: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Options of the task's data; the task checks them. */
  data: v.optional(v.record(v.string(), v.unknown()), {}),
  /** Options of the feature function; copied into the manifest. */
  features: v.optional(v.record(v.string(), v.unknown()), {}),
  network,
  optimiser,
  /** Samples of a step, over all threads. */
  batch: count,
  epochs: count,
  /** Batches of a window within which samples are sorted by length; 1 = no sorting. */
  buckets: v.optional(count, 32),
  /** Validates every so many steps; absent: at the end of each epoch. */
  validateEvery: v.optional(count),
});

/** What stands in train.json. */
export type RecipeInput = v.InferInput<typeof recipe>;
/** With every default filled in. */
export type Recipe = v.InferOutput<typeof recipe>;

/** @throws RECIPE_INVALID naming the path of the first bad key */
export function parseRecipe(json: unknown): Recipe {
  return parseOptions(recipe, json, '');
}
