/** The optimiser of a recipe. Later keys are optional and have no default: a recipe's hash counts every value. */
import * as v from 'valibot';
import { count, decay, fraction, positive } from '../recipeValues.ts';

const common = {
  /** Peak learning rate. */
  lr: positive,
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
  /** Largest global norm of the gradient; 0 = no clipping. */
  clip: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  /** Largest size of each value of the gradient, after `clip`; absent: no limit. */
  clipValue: v.optional(positive),
  /** Steps of linear warm-up. */
  warmup: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** `plateau`: lower by `plateau.factor` whenever validations stop getting better. */
  schedule: v.optional(v.picklist(['cosine', 'constant', 'plateau']), 'cosine'),
  /** Learning rate at the end of the cosine, and the least of a plateau, as a part of the peak. */
  floor: v.optional(fraction, 0),
  plateau: v.optional(
    v.strictObject({
      factor: v.optional(v.pipe(v.number(), v.gtValue(0), v.ltValue(1)), 0.5),
      /** Validations that may pass without a better figure. */
      patience: v.optional(count, 3),
      /** Less than this is not better. */
      delta: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
    }),
  ),
  /** Ends the run when that many validations brought nothing better by more than `delta`. */
  earlyStop: v.optional(
    v.strictObject({ patience: count, delta: v.optional(v.pipe(v.number(), v.minValue(0)), 0) }),
  ),
  /** Decay of the running average of the weights that is validated and exported; 0 = off. */
  ema: v.optional(decay, 0),
};

const adam = {
  ...common,
  beta1: v.optional(decay, 0.9),
  beta2: v.optional(decay, 0.999),
  eps: v.optional(positive, 1e-8),
};

const optimisers = v.variant('kind', [
  /** Decay apart from the gradient (Loshchilov and Hutter 2019). */
  v.strictObject({ kind: v.literal('adamw'), ...adam }),
  /** Decay within the gradient (Kingma and Ba 2015). */
  v.strictObject({ kind: v.literal('adam'), ...adam }),
  v.strictObject({
    kind: v.literal('sgd'),
    ...common,
    momentum: v.optional(decay, 0),
    nesterov: v.optional(v.boolean(), false),
  }),
]);

export const optimiserSchema = v.pipe(
  optimisers,
  v.forward(
    v.check(
      ({ schedule, plateau }) => plateau === undefined || schedule === 'plateau',
      'optimiser.schedule is not plateau, so it would do nothing',
    ),
    ['plateau'],
  ),
);

export type OptimiserRecipe = v.InferOutput<typeof optimiserSchema>;
