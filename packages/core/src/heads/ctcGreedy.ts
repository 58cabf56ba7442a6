/**
 * CTC's best path (Graves et al. 2006, section 3.2): the best class of each step, repeats merged, blanks
 * dropped.
 */

import { checkSteps } from './checkSteps.ts';
import { logSumExp } from './logSoftmax.ts';

export interface CtcPath {
  /** Classes without blanks, in order. */
  readonly labels: number[];
  /** Step at which each label begins. */
  readonly starts: number[];
  /** Step after its last one: label i covers steps starts[i] ... ends[i] - 1. */
  readonly ends: number[];
  /** Natural logarithm of a probability; of which one, the decoder says. */
  readonly score: number;
}

/**
 * @param logits [T, C] row-major; logits or log-probabilities, both give the same answer
 * @param blank the class that means "nothing here"
 * @returns score: log-probability of the best path, not of the text (which has more paths)
 * @throws RivuletError MODEL_SHAPE, ARGUMENT (a blank outside the classes)
 */
export function ctcGreedy(logits: Float32Array, T: number, C: number, blank = 0): CtcPath {
  checkSteps(logits, T, C, blank);
  const labels: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let score = 0;
  let previous = blank;
  for (let t = 0; t < T; t++) {
    const row = t * C;
    let best = 0;
    for (let c = 1; c < C; c++) if (logits[row + c]! > logits[row + best]!) best = c;
    score += logits[row + best]! - logSumExp(logits, row, C);
    if (best !== blank) {
      if (best === previous) ends[ends.length - 1] = t + 1;
      else {
        labels.push(best);
        starts.push(t);
        ends.push(t + 1);
      }
    }
    previous = best;
  }
  return { labels, starts, ends, score };
}
