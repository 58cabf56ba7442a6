/**
 * Connectionist temporal classification (Graves et al. 2006): the negative log-probability that some path of
 * labels and blanks spells the target, and its gradient with respect to the logits, softmax included. All of
 * it in log space and float64, so that a path of probability e^-500 still pulls.
 */

/** Where the logit of step t and class c stands: `data[offset + t * stepStride + c * classStride]`. */
export interface LogitLayout {
  readonly offset: number;
  readonly stepStride: number;
  readonly classStride: number;
}

/** Working memory, kept between calls: a run calls this millions of times. */
let exps = new Float64Array(0);
let table = new Float64Array(0);

/**
 * @param steps valid steps T
 * @param labels classes of the target, without blanks; class 0 is the blank
 * @param gradient laid out like the logits; d(loss)/d(logits) is written to the valid steps
 * @returns the loss in nats; Infinity, gradient untouched, when no path spells the target: it needs more steps
 *   than there are, or a class that the network does not have
 */
export function ctcLoss(
  logits: Float32Array,
  layout: LogitLayout,
  steps: number,
  classes: number,
  labels: ArrayLike<number>,
  gradient?: Float32Array,
): number {
  const { offset, stepStride, classStride } = layout;
  const L = labels.length;
  if (steps < minimumSteps(labels)) return Infinity;
  for (let i = 0; i < L; i++) if (!(labels[i]! > 0 && labels[i]! < classes)) return Infinity;
  if (steps === 0) return 0;
  const S = 2 * L + 1; // states: blank, label, blank, ...
  const T = steps;
  if (exps.length < T * classes) exps = new Float64Array(T * classes * 2);
  if (table.length < 3 * T * S + T) table = new Float64Array((3 * T * S + T) * 2);
  const emit = table.subarray(0, T * S);
  const alpha = table.subarray(T * S, 2 * T * S);
  const beta = table.subarray(2 * T * S, 3 * T * S);
  const scale = table.subarray(3 * T * S, 3 * T * S + T); // 1 / sum of exps

  for (let t = 0; t < T; t++) {
    const at = offset + t * stepStride;
    let max = -Infinity;
    for (let c = 0; c < classes; c++) max = Math.max(max, logits[at + c * classStride]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const e = Math.exp(logits[at + c * classStride]! - max);
      exps[t * classes + c] = e;
      sum += e;
    }
    scale[t] = 1 / sum;
    const logSum = max + Math.log(sum);
    const blank = logits[at]! - logSum;
    for (let s = 0; s < S; s++) {
      emit[t * S + s] = s % 2 === 0 ? blank : logits[at + labels[s >> 1]! * classStride]! - logSum;
    }
  }

  // alpha[t, s]: log-probability of all beginnings that stand in state s at step t, emission of t included
  alpha.fill(-Infinity);
  alpha[0] = emit[0]!;
  if (S > 1) alpha[1] = emit[1]!;
  for (let t = 1; t < T; t++) {
    const row = t * S;
    const before = row - S;
    // States that cannot reach the end any more, or cannot be reached yet, are left out.
    const first = Math.max(0, S - 2 * (T - t));
    const last = Math.min(S, 2 * (t + 1));
    for (let s = first; s < last; s++) {
      const skip = s > 1 && s % 2 === 1 && labels[s >> 1] !== labels[(s >> 1) - 1];
      alpha[row + s] =
        emit[row + s]! +
        logAdd3(
          alpha[before + s]!,
          s > 0 ? alpha[before + s - 1]! : -Infinity,
          skip ? alpha[before + s - 2]! : -Infinity,
        );
    }
  }
  const end = (T - 1) * S;
  const total = logAdd3(alpha[end + S - 1]!, S > 1 ? alpha[end + S - 2]! : -Infinity, -Infinity);
  if (gradient === undefined) return -total;

  // beta[t, s]: log-probability of all endings from state s at step t, emission of t left out
  beta.fill(-Infinity);
  beta[end + S - 1] = 0;
  if (S > 1) beta[end + S - 2] = 0;
  for (let t = T - 2; t >= 0; t--) {
    const row = t * S;
    const after = row + S;
    const first = Math.max(0, S - 2 * (T - t));
    const last = Math.min(S, 2 * (t + 1));
    for (let s = first; s < last; s++) {
      const skip = s + 2 < S && s % 2 === 1 && labels[s >> 1] !== labels[(s >> 1) + 1];
      beta[row + s] = logAdd3(
        beta[after + s]! + emit[after + s]!,
        s + 1 < S ? beta[after + s + 1]! + emit[after + s + 1]! : -Infinity,
        skip ? beta[after + s + 2]! + emit[after + s + 2]! : -Infinity,
      );
    }
  }

  // d(-log p)/d(logit) = softmax - how often paths that spell the target pass through the class
  for (let t = 0; t < T; t++) {
    const at = offset + t * stepStride;
    for (let c = 0; c < classes; c++) {
      gradient[at + c * classStride] = exps[t * classes + c]! * scale[t]!;
    }
    for (let s = 0; s < S; s++) {
      const passed = alpha[t * S + s]! + beta[t * S + s]!;
      if (passed === -Infinity) continue;
      const c = s % 2 === 0 ? 0 : labels[s >> 1]!;
      gradient[at + c * classStride]! -= Math.exp(passed - total);
    }
  }
  return -total;
}

/** One step a label, and a blank between equal neighbours. */
export function minimumSteps(labels: ArrayLike<number>): number {
  let steps = labels.length;
  for (let i = 1; i < labels.length; i++) if (labels[i] === labels[i - 1]) steps++;
  return steps;
}

function logAdd3(a: number, b: number, c: number): number {
  const max = Math.max(a, b, c);
  if (max === -Infinity) return max;
  let sum = 0;
  // exp of -Infinity is 0, and of the largest 1, but both cost a call
  if (a !== -Infinity) sum += a === max ? 1 : Math.exp(a - max);
  if (b !== -Infinity) sum += b === max ? 1 : Math.exp(b - max);
  if (c !== -Infinity) sum += c === max ? 1 : Math.exp(c - max);
  return sum === 1 ? max : max + Math.log(sum);
}
