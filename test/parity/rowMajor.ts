import type { Tensor } from '@rivulet/core';
import type { LaneTensor } from '@rivulet/training/network';

/** The first `size` lanes of [T][F][lanes] as [T, size, F], which graphs take. */
export function rowMajor({ data, T, F, lanes }: LaneTensor, size: number): Tensor {
  const out = Float32Array.from({ length: T * size * F }, (_, i) => {
    const [t, lane, f] = [Math.floor(i / (size * F)), Math.floor(i / F) % size, i % F];
    return data[(t * F + f) * lanes + lane]!;
  });
  return { shape: [T, size, F], data: out };
}
