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
import { studentWithin } from '../../losses/studentWithin.ts';
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
  /**
   * Whether a true number lies in its interval, which `valueMeanings` names; absent: the loss knows no such.
   * @param parameter those of the number's distribution, by their place
   */
  covers?(truth: number, parameter: (p: number) => number): boolean;
  /** Feature of parameter `p` of number `n`. @param targets numbers of a step */
  place(n: number, p: number, targets: number): number;
}

/** Of a likelihood: the part of a distribution about its middle that is counted as covered, and where a normal one ends. */
const PART = 0.8;
const NORMAL_END = 1.2815515655446004;

/** @throws RECIPE_INVALID where the network does not end in the head that the loss reads */
export function valueLoss(recipe: Recipe, named: LossRecipe): ValueLoss {
  if (named === 'squared') return { ...single('mse'), loss: squaredError };
  if (named === 'absolute') return { ...single('mae'), loss: absoluteError };
  if (named === 'gaussian' || named === 'student') {
    checkHead(recipe, named, (layer) => layer.op === 'head' && layer.kind === named);
    const scales = (truth: number, parameter: (p: number) => number): number =>
      Math.abs(truth - parameter(0)) / parameter(1);
    return named === 'gaussian'
      ? {
          ...single('nll'),
          loss: gaussianLoss,
          parameters: 2,
          covers: (truth, parameter) => scales(truth, parameter) <= NORMAL_END,
        }
      : {
          ...single('nll'),
          loss: studentLoss,
          parameters: 3,
          covers: (truth, parameter) => studentWithin(scales(truth, parameter), parameter(2)) <= PART,
        };
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
    place: (n, p) => n * Q + p,
    covers: (truth, quantile) => truth >= quantile(0) && truth <= quantile(Q - 1),
  };
}

const single = (figure: string) => ({
  figure,
  parameters: 1,
  answer: (n: number) => n,
  place: (n: number, p: number, targets: number) => p * targets + n,
});

/** What the figures of a model mean, for its card. */
export function valueMeanings(judged: LossRecipe): string {
  const kind = typeof judged === 'string' ? judged : 'quantiles';
  return (
    `${MEANINGS[kind]} \`mae\` is the mean absolute error of a number, \`relativeError\` the root of the sum of ` +
    'squared errors over that of the squared true numbers.'
  );
}

const MEANINGS = {
  squared: '`mse` is the mean squared error of a number.',
  absolute: 'It learned by `mae`.',
  gaussian:
    'A step is the means and then the standard deviations of its numbers; `nll` is the mean negative log-likelihood of a ' +
    'number, `within` the share of numbers in the middle 80 % of their distributions.',
  student:
    "A step is the means, then the scales, then the degrees of freedom of its numbers, each of Student's t; `nll` is the " +
    'mean negative log-likelihood of a number, `within` the share of numbers in the middle 80 % of their distributions.',
  quantiles:
    'A step is the quantiles of each of its numbers; `quantileLoss` is their mean pinball loss, summed over levels, ' +
    '`within` the share of numbers between the lowest and the highest.',
};

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

/** Sums over the real values of a batch, NaN = missing: errors of the answers, squares of the true ones, and hits. */
export function answerSums(
  { answer, covers, place }: ValueLoss,
  { data, T, F, lanes }: LaneTensor,
  wanted: Values,
  size: number,
  lengths: Int32Array | undefined,
  targets: number,
): Record<'errors' | 'absolutes' | 'squares' | 'within', number> {
  const sums = { errors: 0, absolutes: 0, squares: 0, within: 0 };
  for (let lane = 0; lane < size; lane++) {
    for (let t = 0; t < (lengths?.[lane] ?? T); t++) {
      for (let n = 0; n < targets; n++) {
        const truth = wanted[(t * targets + n) * lanes + lane]!;
        if (Number.isNaN(truth)) continue;
        const at = (feature: number): number => data[(t * F + feature) * lanes + lane]!;
        const error = at(answer(n)) - truth;
        sums.errors += error ** 2;
        sums.absolutes += Math.abs(error);
        sums.squares += truth * truth;
        if (covers?.(truth, (p) => at(place(n, p, targets)))) sums.within++;
      }
    }
  }
  return sums;
}
