/**
 * What a network's numbers are judged by, as the recipe's `data.loss` names it. A likelihood or quantiles need the layer
 * `head` of the same kind as the output, which makes the numbers valid; the single answer that errors are counted of is
 * then the mean, or the middle quantile.
 */
import { RivuletError } from '@rivulet/core';
import * as v from 'valibot';
import { gaussianLoss, studentLoss } from '../../losses/likelihoods.ts';
import type { Loss, Values } from '../../losses/loss.ts';
import { absoluteError, squaredError } from '../../losses/pointLosses.ts';
import { quantileLoss } from '../../losses/quantileLoss.ts';
import type { Recipe } from '../../recipe.ts';
import type { LaneTensor } from '../../task.ts';

const level = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));
const ascending = (levels: number[]): boolean => levels.every((each, i) => i === 0 || each > levels[i - 1]!);

export const lossSchema = v.optional(
  v.union(
    [
      v.picklist(['squared', 'absolute', 'gaussian', 'student']),
      v.strictObject({
        /** Levels of the quantiles. */
        quantiles: v.pipe(v.array(level), v.minLength(1), v.check(ascending)),
      }),
    ],
    'neither squared, absolute, gaussian or student, nor { "quantiles": [levels that ascend, between 0 and 1] }',
  ),
  'squared',
);

export type LossRecipe = v.InferOutput<typeof lossSchema>;

export interface ValueLoss {
  /** Name of the mean loss among a model's figures. */
  readonly figure: string;
  readonly loss: Loss<Values>;
  /** Features of the output for each number that is asked for. */
  readonly parameters: number;
  /** Feature of the single answer to number `n`. */
  answer(n: number): number;
  /** Of number `n`: features between which most true ones lie; absent: the loss knows no such. */
  between?(n: number): readonly [low: number, high: number];
}

/** @throws RECIPE_INVALID where the network does not end in the head that the loss reads */
export function valueLoss(recipe: Recipe, named: LossRecipe): ValueLoss {
  if (named === 'squared') return { ...single('mse'), loss: squaredError };
  if (named === 'absolute') return { ...single('mae'), loss: absoluteError };
  if (named === 'gaussian' || named === 'student') {
    checkHead(recipe, named, (layer) => layer.op === 'head' && layer.kind === named);
    const [loss, parameters] =
      named === 'gaussian' ? ([gaussianLoss, 2] as const) : ([studentLoss, 3] as const);
    return { ...single('nll'), loss, parameters };
  }
  const { quantiles } = named;
  const Q = quantiles.length;
  const wanted = `quantiles, levels ${Q}`;
  checkHead(
    recipe,
    wanted,
    (layer) => layer.op === 'head' && layer.kind === 'quantiles' && layer.levels === Q,
  );
  return {
    figure: 'quantileLoss',
    loss: quantileLoss(quantiles),
    parameters: Q,
    answer: (n) => n * Q + Math.floor(Q / 2),
    between: (n) => [n * Q, n * Q + Q - 1],
  };
}

const single = (figure: string) => ({ figure, parameters: 1, answer: (n: number) => n });

function checkHead(
  { network }: Recipe,
  wanted: string,
  fits: (layer: Recipe['network']['layers'][number]) => boolean,
): void {
  const [output] = network.outputs;
  const i = network.layers.findIndex(({ op, name }, i) => (name ?? `${op}${i}`) === output);
  if (i >= 0 && fits(network.layers[i]!)) return;
  const key = `network.layers.${i}`;
  throw new RivuletError(
    'RECIPE_INVALID',
    `The recipe's ${key} is wrong: for data.loss the output must be a head of kind ${wanted}`,
    { key, expected: wanted, got: network.layers[i]?.op },
  );
}

/** Sums over the real values of a batch, NaN = missing: squared errors of the answers, squares of the true ones, and hits. */
export function answerSums(
  { answer, between }: ValueLoss,
  { data, T, F, lanes }: LaneTensor,
  wanted: Values,
  size: number,
  lengths: Int32Array | undefined,
  targets: number,
): Record<'errors' | 'squares' | 'within', number> {
  const sums = { errors: 0, squares: 0, within: 0 };
  for (let lane = 0; lane < size; lane++) {
    for (let t = 0; t < (lengths?.[lane] ?? T); t++) {
      for (let n = 0; n < targets; n++) {
        const truth = wanted[(t * targets + n) * lanes + lane]!;
        if (Number.isNaN(truth)) continue;
        const at = (feature: number): number => data[(t * F + feature) * lanes + lane]!;
        sums.errors += (at(answer(n)) - truth) ** 2;
        sums.squares += truth * truth;
        if (!between) continue;
        const [low, high] = between(n).map(at) as [number, number];
        if (truth >= low && truth <= high) sums.within++;
      }
    }
  }
  return sums;
}
