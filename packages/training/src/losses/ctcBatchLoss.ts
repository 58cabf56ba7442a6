/** CTC over the lanes of a batch; `ctcLoss.ts` has the sum over paths of one. */
import { RivuletError } from '@rivulet/core';
import { ctcLoss, minimumSteps } from './ctcLoss.ts';
import type { Loss } from './loss.ts';

/** Classes of each real lane's label, without blanks; undefined: a lane that is left out, though its weight counts. */
export type Labels = readonly (ArrayLike<number> | undefined)[];

/**
 * The output is [T][classes][lanes] logits, class 0 the blank. The weight is the number of labels.
 * @throws DATA_INVALID naming the lane whose label no path can spell: it needs more steps than the lane has, or a
 *   class that the output lacks
 */
export const ctcBatchLoss: Loss<Labels> = ({ output: { data, T, F, lanes }, target, lengths, gradient }) => {
  let sum = 0;
  target.forEach((label, lane) => {
    if (!label) return;
    const steps = lengths?.[lane] ?? T;
    const layout = { offset: lane, stepStride: F * lanes, classStride: lanes };
    const loss = ctcLoss(data, layout, steps, F, label, gradient);
    if (loss === Infinity) refuse(label, lane, steps, F);
    sum += loss;
  });
  return { sum, weight: target.length };
};

/** An infinite loss can also come of infinite logits: then the run diverges, and says so. */
function refuse(label: ArrayLike<number>, lane: number, steps: number, classes: number): void {
  const got = Array.from(label).find((c) => !(Number.isInteger(c) && c > 0 && c < classes));
  if (got !== undefined) {
    throw new RivuletError(
      'DATA_INVALID',
      `The label of lane ${lane} has class ${got}, which is none of 1 ... ${classes - 1}`,
      { lane, classes, got },
    );
  }
  const needed = minimumSteps(label);
  if (steps >= needed) return;
  throw new RivuletError(
    'DATA_INVALID',
    `The label of lane ${lane} needs ${needed} steps, one for each letter and a blank between twins, and has ${steps}`,
    { lane, expected: needed, got: steps },
  );
}
