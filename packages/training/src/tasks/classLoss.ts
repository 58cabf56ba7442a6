/**
 * Softmax cross-entropy of one answer for a whole sequence: the logits are averaged over the lane's steps first, so
 * that a network may end in a layer that pools or speak at every step.
 */
import type { LaneTensor } from '../task.ts';

/**
 * The loss of a batch.
 * @param logits [T][C][lanes]
 * @param lengths [lanes] valid steps; absent: all
 * @param answers class of each real lane
 * @param smoothing part of the target that is spread over all classes
 * @param gradient laid out like the logits; d(sum)/d(logits) is written to the valid steps
 */
export function classesLoss(
  logits: LaneTensor,
  lengths: Int32Array | undefined,
  answers: readonly number[],
  smoothing: number,
  gradient: Float32Array | undefined,
): { sum: number; weight: number } {
  let sum = 0;
  answers.forEach((answer, lane) => {
    sum += classLoss(logits, lane, lengths?.[lane] ?? logits.T, answer, smoothing, gradient);
  });
  return { sum, weight: answers.length };
}

/** How many of a batch's real lanes have another class on top than their answer; arguments as of classesLoss. */
export function classesScore(
  logits: LaneTensor,
  lengths: Int32Array | undefined,
  answers: readonly number[],
): Record<'wrong' | 'samples', number> {
  const wrong = answers.filter((answer, lane) => {
    const means = meanLogits(logits, lane, lengths?.[lane] ?? logits.T);
    return means.indexOf(means.reduce((a, b) => Math.max(a, b))) !== answer;
  });
  return { wrong: wrong.length, samples: answers.length };
}

/** `best` is the share of wrong answers. */
export function classesFigures({ wrong, samples }: Readonly<Record<string, number>>): {
  error: number;
  best: number;
} {
  const error = wrong! / samples!;
  return { error, best: error };
}

/**
 * @param outputs [T][C][lanes] logits
 * @param steps valid steps of the lane
 * @param answer class
 * @param smoothing part of the target that is spread over all classes
 * @param gradient laid out like the logits; d(loss)/d(logits) is written to the valid steps
 * @returns the loss in nats; NaN where a logit is
 */
export function classLoss(
  outputs: LaneTensor,
  lane: number,
  steps: number,
  answer: number,
  smoothing: number,
  gradient?: Float32Array,
): number {
  const logits = meanLogits(outputs, lane, steps);
  const C = logits.length;
  const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exps = logits.map((logit) => Math.exp(logit - highest));
  const sum = exps.reduce((a, b) => a + b, 0);
  let loss = 0;
  for (let c = 0; c < C; c++) {
    const target = smoothing / C + (c === answer ? 1 - smoothing : 0);
    if (target > 0) loss -= target * (logits[c]! - highest - Math.log(sum));
    if (!gradient) continue;
    const slope = (exps[c]! / sum - target) / steps;
    for (let t = 0; t < steps; t++) gradient[(t * C + c) * outputs.lanes + lane] = slope;
  }
  return loss;
}

/** [C], of which the largest is the answer's. */
function meanLogits({ data, F, lanes }: LaneTensor, lane: number, steps: number): Float64Array {
  const logits = new Float64Array(F);
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < F; c++) logits[c]! += data[(t * F + c) * lanes + lane]! / steps;
  }
  return logits;
}
