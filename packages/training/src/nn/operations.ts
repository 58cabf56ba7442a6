/** Every kind of layer. Adding one: a file in `ops/`, and its schema and its planning function here. */
import * as v from 'valibot';
import type { NetworkNode, Planner } from './operation.ts';
import { addSchema, planAdd } from './ops/add.ts';
import { attentionSchema, planAttention } from './ops/attention.ts';
import { concatSchema, planConcat } from './ops/concat.ts';
import { conv1dSchema, planConv1d } from './ops/conv1d.ts';
import { denseSchema, planDense } from './ops/dense.ts';
import { dropoutSchema, planDropout } from './ops/dropout.ts';
import { embeddingSchema, planEmbedding } from './ops/embedding.ts';
import { headSchema, planHead } from './ops/head.ts';
import { joinSchema, planJoin } from './ops/join.ts';
import { layerNormSchema, planLayerNorm } from './ops/layerNorm.ts';
import { planPool, poolSchema } from './ops/pool.ts';
import { gruSchema, lstmSchema, planRecurrent, rnnSchema } from './ops/recurrent.ts';
import { planRepeat, repeatSchema } from './ops/repeat.ts';
import { planState, stateSchema } from './ops/state.ts';

export const layerSchema = v.variant('op', [
  lstmSchema,
  gruSchema,
  rnnSchema,
  joinSchema,
  dropoutSchema,
  denseSchema,
  addSchema,
  attentionSchema,
  concatSchema,
  conv1dSchema,
  embeddingSchema,
  headSchema,
  layerNormSchema,
  poolSchema,
  repeatSchema,
  stateSchema,
]);

/** A layer as it stands in a recipe, defaults filled in. */
export type LayerRecipe = v.InferOutput<typeof layerSchema>;

const PLANS: { readonly [Op in LayerRecipe['op']]: (layer: never, planner: Planner) => NetworkNode } = {
  lstm: planRecurrent,
  gru: planRecurrent,
  rnn: planRecurrent,
  join: planJoin,
  dropout: planDropout,
  dense: planDense,
  add: planAdd,
  attention: planAttention,
  concat: planConcat,
  conv1d: planConv1d,
  embedding: planEmbedding,
  head: planHead,
  layerNorm: planLayerNorm,
  pool: planPool,
  repeat: planRepeat,
  state: planState,
};

export function planLayer(layer: LayerRecipe, planner: Planner): NetworkNode {
  return PLANS[layer.op](layer as never, planner);
}
