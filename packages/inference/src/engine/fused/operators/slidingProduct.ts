/** What windows look at as rows, and one product by a packed matrix: a convolution, also one that is turned around. */
import { packMatrix, scratchBytes } from '@rivulet/kernels/infer';
import type { Binder } from '../binder.ts';
import type { Loader } from '../operator.ts';
import { stridedCopy } from '../stridedCopy.ts';
import { count, type DeviceValue, stridesOf } from '../value.ts';

export type PackedGroup = ReturnType<typeof packGroup>;

/** The weights of one group of channels, [outputs, inputs] row-major, and the bias of its outputs. */
export function packGroup(
  machine: Loader['machine'],
  matrix: Parameters<typeof packMatrix>[1],
  bias: Float32Array,
) {
  return { matrix: packMatrix(machine, matrix), bias: machine.upload(bias) };
}

export interface Windows {
  /** [B, groups * C, ...sizes], with the zeros around it. */
  readonly from: DeviceValue;
  /** Where in each dimension the first window begins; default 0. */
  readonly first?: readonly number[];
  /** Of one group. */
  readonly channels: number;
  /** Places that a window looks at, in each dimension, and how far apart they are. */
  readonly kernel: readonly number[];
  readonly dilations: readonly number[];
  /** From one window to the next. */
  readonly strides: readonly number[];
}

/** @param y [B, groups * N, ...windows] */
export function slidingProduct(
  binder: Binder,
  packed: readonly PackedGroup[],
  { from, first, channels, kernel, dilations, strides: steps }: Windows,
  y: DeviceValue,
): void {
  const { machine } = binder;
  const [batch = 0, M = 0, ...places] = y.shape;
  const [N, K, P] = [M / packed.length, channels * count(kernel), count(places)];
  const rows = binder.temporary(P * K * 4);
  const products = binder.temporary(P * N * 4);
  const scratch = binder.temporary(scratchBytes(machine, packed[0]!.matrix, P));
  const strides = stridesOf(from.shape);
  const spatial = strides.slice(2);
  const box = [...places, channels, ...kernel];
  const reads = [
    ...spatial.map((stride, d) => stride * steps[d]!),
    strides[1]!,
    ...spatial.map((stride, d) => stride * dilations[d]!),
  ];
  const begin = spatial.reduce((at, stride, d) => at + stride * (first?.[d] ?? 0), from.buffer.at >> 2);
  const { multiply } = machine.wasm;
  for (let b = 0; b < batch; b++) {
    packed.forEach((group, g) => {
      const start = begin + b * strides[0]! + g * channels * strides[1]!;
      const to = (y.buffer.at >> 2) + (b * M + g * N) * P;
      binder.step(
        stridedCopy(machine, box, { start, strides: reads }, { start: rows >> 2, strides: stridesOf(box) }),
      );
      binder.step(() => multiply(group.matrix.at, rows, K * 4, P, products, N * 4, group.bias, scratch));
      binder.step(
        stridedCopy(
          machine,
          [N, P],
          { start: products >> 2, strides: [1, N] },
          { start: to, strides: [P, 1] },
        ),
      );
    });
  }
}

/**
 * The tensor between zeros.
 * @param sizes of the dimensions behind batch and channels, with the zeros
 * @param before where in each of them the first number stands
 * @param apart from one number to the next; default 1
 */
export function amongZeros(
  binder: Binder,
  x: DeviceValue,
  sizes: readonly number[],
  before: readonly number[],
  apart: readonly number[] = sizes.map(() => 1),
): DeviceValue {
  const shape = [...x.shape.slice(0, 2), ...sizes];
  const at = binder.temporary(count(shape) * 4);
  const strides = stridesOf(shape);
  const inner = before.reduce((sum, n, d) => sum + n * strides[2 + d]!, at >> 2);
  const { machine } = binder;
  binder.step(() => machine.f32.fill(0, at >> 2, (at >> 2) + count(shape)));
  binder.step(
    stridedCopy(
      machine,
      x.shape,
      { start: x.buffer.at >> 2, strides: stridesOf(x.shape) },
      { start: inner, strides: strides.map((stride, d) => stride * (apart[d - 2] ?? 1)) },
    ),
  );
  return { ...x, shape, buffer: { at, bytes: count(shape) * 4, readers: Number.POSITIVE_INFINITY } };
}
