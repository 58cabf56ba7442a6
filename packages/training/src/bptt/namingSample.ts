/** Networks and losses know lanes, a person knows samples: what they refuse is told by the sample's name. */
import { RivuletError } from '@rivulet/core';
import type { Batch, TaskData } from '../task.ts';

type Split = Parameters<TaskData['batch']>[0];

/**
 * @param indices the samples that were asked for
 * @param batch what they became, which says in which lane each lies
 * @throws what `work` throws; an error whose details name a lane also names the lane's sample
 */
export function namingSample<Result>(
  data: TaskData,
  split: Split,
  indices: ArrayLike<number>,
  { order }: Pick<Batch, 'order'>,
  work: () => Result,
): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RivuletError)) throw cause;
    const { lane } = cause.details as { lane?: unknown };
    const sample = typeof lane === 'number' ? indices[order?.[lane] ?? lane] : undefined;
    if (sample === undefined) throw cause;
    const message = `In ${describeSample(data, split, sample)}: ${cause.message}`;
    throw new RivuletError(cause.code, message, { ...cause.details, split, sample });
  }
}

/** `training sample 7 ("oo" by aaa aaa-1)` */
export function describeSample(data: TaskData, split: Split, sample: number): string {
  const name = data.sampleName?.(split, sample);
  return `${split === 'train' ? 'training' : 'validation'} sample ${sample}${name ? ` (${name})` : ''}`;
}
