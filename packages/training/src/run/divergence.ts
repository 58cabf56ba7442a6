/**
 * When a run is lost: its loss is no number, or still is one, for clipped gradients and saturated cells keep a loss
 * that has exploded finite for ever.
 */
import { RivuletError } from '@rivulet/core';
import { badSampleError } from '../bptt/findBadSample.ts';
import type { StepReply } from '../parallel/protocol.ts';

/** Far above what a batch that is merely hard, or a likelihood's outlier, adds to a mean of many. */
const EXPLODED = 100;

/**
 * @param first loss of the run's first step
 * @param means mean losses of late: of training, of validation
 * @throws DIVERGED where one is more than a hundred times the first; where that was below 1, more than 100
 */
export function checkLoss(
  step: number,
  first: number | undefined,
  means: Readonly<Record<'training' | 'validation', number>>,
): void {
  if (first === undefined) return;
  const most = EXPLODED * Math.max(1, Math.abs(first));
  for (const [what, loss] of Object.entries(means)) {
    if (loss <= most) continue;
    throw new RivuletError(
      'DIVERGED',
      `Step ${step}: the mean loss of ${what} is ${loss}, and was ${first} at the first step`,
      { step, loss, first },
    );
  }
}

/**
 * @param step counted from 1
 * @param replies of all threads
 * @throws DIVERGED where the step's loss or gradient is not finite; DATA_INVALID where a sample is why. Both name it
 */
export function checkStep(step: number, replies: readonly StepReply[]): void {
  const { loss, norm, finite } = replies[0]!;
  if (finite) return;
  const bad = replies.map((reply) => reply.bad);
  // Bad data explains a bad loss, a bad loss does not explain the data.
  const first = bad.find((sample) => sample?.input) ?? bad.find((sample) => sample);
  const numbers = { step, loss: String(loss), norm: String(norm) };
  throw badSampleError(`Step ${step}: loss ${loss}, gradient norm ${norm}`, first, numbers);
}

/** A run that diverged also says which steps it leaves on disk, from before. */
export function withCheckpoints(
  error: unknown,
  steps: { readonly best: number | undefined; readonly last: number | undefined },
): unknown {
  if (!(error instanceof RivuletError) || error.code !== 'DIVERGED') return error;
  const kept = Object.entries(steps).filter(([, step]) => step !== undefined);
  const files = kept.map(([name, step]) => `${name}.ckpt of step ${step}`).join(' and ');
  const message = `${error.message}; the run stops${files ? ` and keeps ${files}` : ' before its first checkpoint'}`;
  return new RivuletError('DIVERGED', message, { ...error.details, ...Object.fromEntries(kept) }, error);
}
