/** Features of samples of ink side by side, as the network takes them. */
import { INK_FEATURES, type InkFeatures } from '@rivulet/core';
import type { Batch } from '../task.ts';

/** x [T][features][lanes] and the steps of each lane. */
export function inkLaneBatch(samples: readonly InkFeatures[]): Omit<Batch, 'target'> {
  const lanes = Math.ceil(samples.length / 8) * 8;
  const F = INK_FEATURES;
  const T = samples.reduce((most, { steps }) => Math.max(most, steps), 1);
  const data = new Float32Array(T * F * lanes);
  const lengths = new Int32Array(lanes);
  samples.forEach((sample, lane) => {
    lengths[lane] = sample.steps;
    const own = sample.data;
    for (let i = 0; i < own.length; i++) data[i * lanes + lane] = own[i]!;
  });
  return { size: samples.length, lanes, inputs: { x: { data, T, F, lanes } }, lengths };
}
