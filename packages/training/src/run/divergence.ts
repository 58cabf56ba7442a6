/**
 * When a run is lost though its loss is still a number: clipped gradients and saturated cells keep a loss that has
 * exploded finite for ever.
 */
import { RivuletError } from '@rivulet/core';

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
