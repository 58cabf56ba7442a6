/**
 * The recipe `models/<name>/train.json`: everything that decides a training run, as data. Unknown keys are
 * refused, because a misspelt option that is silently ignored costs a run.
 */
import { SEMANTIC_VERSION } from '@rivulet/core';
import * as v from 'valibot';
import { layerSchema } from './nn/operations.ts';
import { optimiserSchema } from './optim/optimiserSchema.ts';
import { parseOptions } from './parseOptions.ts';
import { count, identifier } from './recipeValues.ts';

const network = v.strictObject({
  /** Features of each input, by ONNX input name; `lengths` of a batch belong to the first, `inputLengths` to the others. */
  inputs: v.pipe(
    v.record(identifier, count),
    v.check((inputs) => Object.keys(inputs).length > 0, 'at least one input'),
  ),
  layers: v.pipe(v.array(layerSchema), v.minLength(1)),
  /** Names of layers that leave the network, as ONNX output names. */
  outputs: v.pipe(v.array(identifier), v.minLength(1)),
});

const recipe = v.strictObject({
  task: v.string(),
  /** Version of the exported model. */
  version: v.optional(
    v.pipe(v.string(), v.regex(SEMANTIC_VERSION, 'it must be a version like 1.2.3')),
    '1.0.0',
  ),
  seed: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Options of the task's data; the task checks them. */
  data: v.optional(v.record(v.string(), v.unknown()), {}),
  /** Options of the feature function; copied into the manifest. */
  features: v.optional(v.record(v.string(), v.unknown()), {}),
  network,
  /**
   * A sample with fewer steps than its label needs (CTC) is refused by name; `leaveOut`: it is left out, and listed in
   * the log. It decides whether a run begins, not what it computes, so that the recipe's hash does not count it.
   */
  tooShort: v.optional(v.literal('leaveOut')),
  optimiser: optimiserSchema,
  /**
   * Cuts back-propagation through time: a chunk has `k1` steps, its gradient reaches `k2` >= k1 back (default k1);
   * absent: whole.
   */
  bptt: v.optional(v.strictObject({ k1: count, k2: v.optional(count) })),
  /**
   * Trains for the engine with int8 weights and activations of 7 bits, which are rounded while it learns as they will
   * be then; the exported int8 file says so, and the engine runs it that way.
   */
  quantise: v.optional(v.strictObject({ activations: v.literal(7) })),
  /** ONNX file, float32 or int8, of the same network, whose weights the run begins with: fine-tuning. Paths start at the recipe's folder. */
  init: v.optional(v.string()),
  /** Samples of a step, over all threads. */
  batch: count,
  epochs: count,
  /** Batches of a window within which samples are sorted by length; 1 = no sorting. */
  buckets: v.optional(count, 32),
  /** Validates every so many steps; absent: at the end of each epoch. */
  validateEvery: v.optional(count),
  /**
   * The weights to export: those of the best validation, or of the last one, at the end of all steps: for a run whose
   * validation samples are trained on and so say nothing. Absent: the best.
   */
  keep: v.optional(v.picklist(['best', 'last'])),
});

/** What stands in train.json. */
export type RecipeInput = v.InferInput<typeof recipe>;
/** With every default filled in. */
export type Recipe = v.InferOutput<typeof recipe>;

/** @throws RECIPE_INVALID naming the path of the first bad key */
export function parseRecipe(json: unknown): Recipe {
  return parseOptions(recipe, json, '');
}
