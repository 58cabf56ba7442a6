/**
 * Where each label of a text lies in time: the best of all paths that read as that text (Viterbi over CTC's
 * lattice of labels with blanks between). A prefix beam adds up paths and so knows no times of its own.
 */

import { RivuletError } from '../errors.ts';
import { checkSteps } from './checkSteps.ts';
import type { CtcPath } from './ctcGreedy.ts';

/**
 * @param logProbs [T, C] row-major log-probabilities
 * @param labels classes without blanks
 * @returns the labels with their spans; score: log-probability of the best path alone, -Infinity (and spans of
 *   no step) when T is too short for the labels
 * @throws RivuletError MODEL_SHAPE, ARGUMENT (blank or a label outside the classes)
 */
export function ctcAlign(
  logProbs: Float32Array,
  T: number,
  C: number,
  labels: readonly number[],
  blank = 0,
): CtcPath {
  checkSteps(logProbs, T, C, blank);
  for (const label of labels) {
    if (!Number.isInteger(label) || label < 0 || label >= C || label === blank) {
      throw new RivuletError('ARGUMENT', `label ${label} is no class of 0 ... ${C - 1} beside the blank`, {
        label,
        C,
        blank,
      });
    }
  }
  const L = labels.length;
  // State 2i + 1 is label i, even states are the blanks around them.
  const S = 2 * L + 1;
  const classOf = (s: number): number => (s % 2 === 1 ? labels[s >> 1]! : blank);
  /** [T, S]: how many states back the best path came from, 0 | 1 | 2. */
  const back = new Uint8Array(T * S);
  let now = new Float64Array(S).fill(-Infinity);
  let next = new Float64Array(S);
  // Before the first step the path stands, so to say, at the first blank, from where both starts are one move.
  now[0] = 0;
  for (let t = 0; t < T; t++) {
    for (let s = 0; s < S; s++) {
      let best = now[s]!;
      let from = 0;
      if (s >= 1 && now[s - 1]! > best) {
        best = now[s - 1]!;
        from = 1;
      }
      const skips = s % 2 === 1 && s >= 3 && labels[s >> 1] !== labels[(s >> 1) - 1];
      if (skips && now[s - 2]! > best) {
        best = now[s - 2]!;
        from = 2;
      }
      next[s] = best + logProbs[t * C + classOf(s)]!;
      back[t * S + s] = from;
    }
    [now, next] = [next, now];
  }
  const starts = new Array<number>(L).fill(0);
  const ends = new Array<number>(L).fill(0);
  let state = L > 0 && now[S - 2]! > now[S - 1]! ? S - 2 : S - 1;
  const score = now[state]!;
  if (score === -Infinity) return { labels: [...labels], starts, ends, score };
  for (let t = T - 1; t >= 0; t--) {
    if (state % 2 === 1) {
      const i = state >> 1;
      if (ends[i] === 0) ends[i] = t + 1;
      starts[i] = t;
    }
    state -= back[t * S + state]!;
  }
  return { labels: [...labels], starts, ends, score };
}
