import type { LaneTensor } from '../task.ts';

/** [T, F] of a batch of one sample, row-major. */
export function firstLane({ data, T, F, lanes }: LaneTensor): Float32Array {
  return Float32Array.from({ length: T * F }, (_, i) => data[i * lanes]!);
}
