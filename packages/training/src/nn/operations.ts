/** Every kind of layer. Adding one: a file in `ops/`, and its schema and its planning function here. */
import * as v from 'valibot';
import type { NetworkNode, Planner } from './operation.ts';
import { denseSchema, planDense } from './ops/dense.ts';
import { dropoutSchema, planDropout } from './ops/dropout.ts';
import { joinSchema, planJoin } from './ops/join.ts';
import { gruSchema, lstmSchema, planRecurrent, rnnSchema } from './ops/recurrent.ts';

export const layerSchema = v.variant('op', [
  lstmSchema,
  gruSchema,
  rnnSchema,
  joinSchema,
  dropoutSchema,
  denseSchema,
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
};

export function planLayer(layer: LayerRecipe, planner: Planner): NetworkNode {
  return PLANS[layer.op](layer as never, planner);
}
