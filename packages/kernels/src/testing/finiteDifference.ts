/** Derivatives of a scalar of the float64 reference by central differences. */
import { type RecurrentProblem, recurrentReference } from './recurrentReference.ts';
import type { Upstream } from './runRecurrent.ts';

type Argument = 'x' | 'w' | 'r' | 'b' | 'h0' | 'c0';

function weightedSum(problem: RecurrentProblem, { dy, dhn, dcn }: Upstream): number {
  const { y, hn, cn } = recurrentReference(problem);
  let sum = 0;
  y.forEach((v, i) => {
    sum += v * dy[i]!;
  });
  if (dhn) hn.forEach((v, i) => void (sum += v * dhn[i]!));
  if (dcn) cn.forEach((v, i) => void (sum += v * dcn[i]!));
  return sum;
}

/** d(sum of outputs weighted by the upstream gradients) / d(argument[index]); error about 1e-9. */
export function finiteDifference(
  problem: RecurrentProblem,
  upstream: Upstream,
  argument: Argument,
  index: number,
): number {
  const step = 1e-5;
  const values = problem[argument]!;
  const before = values[index]!;
  values[index] = before + step;
  const above = weightedSum(problem, upstream);
  values[index] = before - step;
  const below = weightedSum(problem, upstream);
  values[index] = before;
  return (above - below) / (2 * step);
}
