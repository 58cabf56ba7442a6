/**
 * Which sample of a batch made its loss or its gradient something else than a number: each is run alone. Only called once
 * a batch went wrong, so that good batches pay nothing.
 */
import { RivuletError } from '@rivulet/core';
import type { ForwardMode, Network } from '../nn/network.ts';
import type { Random } from '../random.ts';
import type { Batch, LaneTensors, TaskData } from '../task.ts';
import { describeSample } from './namingSample.ts';

type Split = Parameters<TaskData['batch']>[0];

export interface BadSample {
  readonly split: Split;
  readonly sample: number;
  /** In words, with the task's own name for it. */
  readonly which: string;
  /** What is not finite: its loss, or the gradient of it alone. */
  readonly found: 'loss' | 'gradient';
  /** The input that holds NaN or infinity, and at which step; absent: the inputs are good. */
  readonly input?: { readonly name: string; readonly step: number };
}

/** @param random what the batch was drawn with */
export function findBadSample(
  network: Network,
  data: TaskData,
  split: Split,
  indices: ArrayLike<number>,
  random: Random,
  modeOf: (position: number) => ForwardMode = () => ({}),
): BadSample | undefined {
  for (let k = 0; k < indices.length; k++) {
    const sample = indices[k]!;
    const known = { split, sample, which: describeSample(data, split, sample), found: 'loss' } as const;
    const batch = data.batch(split, [sample], random);
    const input = notFinite(batch);
    if (input) return { ...known, input };
    const outputs = network.forward(batch, modeOf(k));
    if (!Number.isFinite(data.loss(outputs, network.outputLengths(), batch).sum)) return known;
    if (split === 'train' && !hasFiniteGradient(network, data, batch, outputs)) {
      return { ...known, found: 'gradient' };
    }
  }
  return undefined;
}

/** @param outputs of the forward pass over the batch that came last */
function hasFiniteGradient(network: Network, data: TaskData, batch: Batch, outputs: LaneTensors): boolean {
  network.clearGradients();
  data.loss(outputs, network.outputLengths(), batch, network.outputGradients());
  network.backward();
  return network.gradients().every(Number.isFinite);
}

function notFinite(batch: Batch): BadSample['input'] {
  for (const [name, { data, F, lanes }] of Object.entries(batch.inputs)) {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return { name, step: Math.floor(at / (F * lanes)) };
  }
  return undefined;
}

/**
 * DATA_INVALID where the sample itself holds what is no number, else DIVERGED.
 * @param what happened, as the beginning of a sentence
 */
export function badSampleError(
  what: string,
  bad: BadSample | undefined,
  details: Record<string, unknown>,
): RivuletError {
  if (!bad) return new RivuletError('DIVERGED', what, details);
  const { split, sample, which, found, input } = bad;
  if (!input) {
    return new RivuletError('DIVERGED', `${what}; ${which} is the first whose ${found} is not finite`, {
      ...details,
      split,
      sample,
    });
  }
  const where = { split, sample, input: input.name, step: input.step };
  return new RivuletError(
    'DATA_INVALID',
    `The ${which} holds a value that is not finite, in ${input.name} at step ${input.step}`,
    where,
  );
}
