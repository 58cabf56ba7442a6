/** CTC over the lanes of a batch; `ctcLoss.ts` has the sum over paths of one. */
import { ctcLoss } from './ctcLoss.ts';
import type { Loss } from './loss.ts';

/** Classes of each real lane's label, without blanks. */
export type Labels = readonly ArrayLike<number>[];

/** The output is [T][classes][lanes] logits, class 0 the blank. The weight is the number of labels. */
export const ctcBatchLoss: Loss<Labels> = ({ output: { data, T, F, lanes }, target, lengths, gradient }) => {
  let sum = 0;
  target.forEach((label, lane) => {
    const layout = { offset: lane, stepStride: F * lanes, classStride: lanes };
    const loss = ctcLoss(data, layout, lengths?.[lane] ?? T, F, label, gradient);
    // Augmentation can leave a word fewer steps than it has letters: it then teaches nothing. NaN must show.
    if (loss !== Infinity) sum += loss;
  });
  return { sum, weight: target.length };
};
