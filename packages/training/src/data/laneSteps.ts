/** Sequences side by side, one a lane, as the training kernels read them. */
import type { LaneTensor } from '../task.ts';

/** [steps][features] */
export type Steps = readonly (readonly number[])[];

/** Samples round up to a multiple of 8 lanes. */
export function lanesFor(samples: number): number {
  return Math.ceil(samples / 8) * 8;
}

/** [samples][steps][features] -> [T][F][lanes], zero beyond a sample's end. */
export function laneSteps(samples: readonly Steps[], F: number): LaneTensor {
  const lanes = lanesFor(samples.length);
  const T = longest(samples);
  const data = new Float32Array(T * F * lanes);
  samples.forEach((sample, lane) => {
    sample.forEach((step, t) => {
      for (let f = 0; f < F; f++) data[(t * F + f) * lanes + lane] = step[f]!;
    });
  });
  return { data, T, F, lanes };
}

/** [lanes] steps of each sample, 0 in the lanes that none fills. */
export function laneLengths(samples: readonly { readonly length: number }[]): Int32Array {
  return Int32Array.from({ length: lanesFor(samples.length) }, (_, lane) => samples[lane]?.length ?? 0);
}

/** [T][lanes] the classes of each sample's steps, -1 where none counts and beyond its end. */
export function laneClasses(samples: readonly (readonly number[])[]): Int32Array {
  const lanes = lanesFor(samples.length);
  const target = new Int32Array(longest(samples) * lanes).fill(-1);
  samples.forEach((sample, lane) => {
    sample.forEach((value, t) => {
      target[t * lanes + lane] = value;
    });
  });
  return target;
}

function longest(samples: readonly { readonly length: number }[]): number {
  return samples.reduce((most, { length }) => Math.max(most, length), 1);
}
