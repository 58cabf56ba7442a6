/** Features of samples of ink side by side, as the network takes them. */
import { INK_FEATURES, type InkFeatures } from '@rivulet/core';
import type { Batch } from '../task.ts';

/**
 * x [T][features][lanes] and the steps of each lane.
 * @param order which sample lies in each lane; absent: as they are given
 */
export function inkLaneBatch(samples: readonly InkFeatures[], order?: Int32Array): Omit<Batch, 'target'> {
  const lanes = Math.ceil(samples.length / 8) * 8;
  const F = INK_FEATURES;
  const T = samples.reduce((most, { steps }) => Math.max(most, steps), 1);
  const data = new Float32Array(T * F * lanes);
  const lengths = new Int32Array(lanes);
  for (let lane = 0; lane < samples.length; lane++) {
    const { steps, data: own } = samples[order?.[lane] ?? lane]!;
    lengths[lane] = steps;
    for (let i = 0; i < own.length; i++) data[i * lanes + lane] = own[i]!;
  }
  const inputs = { x: { data, T, F, lanes } };
  return { size: samples.length, lanes, inputs, lengths, ...(order ? { order } : {}) };
}

/**
 * From the longest sample to the shortest. Lanes are computed by eights, and eight that are all at their end cost
 * nothing more; augmented samples are of many lengths, whatever bucket they come from, and in the order asked for a
 * third of the steps computed would lie behind the end of their sample. Absent where there is one eight alone.
 */
export function longestFirst(samples: readonly InkFeatures[]): Int32Array | undefined {
  if (samples.length <= 8) return undefined;
  return Int32Array.from(samples.keys()).sort((a, b) => samples[b]!.steps - samples[a]!.steps || a - b);
}
