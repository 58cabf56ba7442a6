/** Kernels over rows, over what goes in a reduction, and over places that the data names. */
import { floatBits, type GpuCall, gridOf } from './gpuCall.ts';

const THREADS = 64;

/** Rows of `width` numbers that lie `inner` apart. */
export interface GpuRows {
  readonly rows: number;
  readonly width: number;
  readonly inner: number;
}

/** softmax, or with `log` its logarithm, of each row. */
export function softmaxCall<P>({ rows, width, inner }: GpuRows, log: boolean, from: P, to: P): GpuCall<P> {
  return {
    ...{ kernel: 'softmax', constants: {} },
    uniform: [rows, width, inner, log ? 1 : 0, 1, 0, 0],
    ...{ storage: [from, to], groups: gridOf(rows) },
  };
}

export interface GpuNormalisation<P> {
  readonly rows: number;
  readonly width: number;
  readonly epsilon: number;
  /** Numbers after which the scales repeat within a row; or rows after which they do, one number for a row. */
  readonly repeats: { readonly elements: number } | { readonly channels: number };
  readonly scales: P;
  readonly biases: P | undefined;
}

/** Each row by its own mean and deviation. */
export function normaliseCall<P>(normalisation: GpuNormalisation<P>, from: P, to: P): GpuCall<P> {
  const { rows, width, epsilon, repeats, scales, biases } = normalisation;
  const [elements, channels] = 'elements' in repeats ? [repeats.elements, 1] : [0, repeats.channels];
  return {
    ...{ kernel: 'normalise', constants: {} },
    uniform: [rows, width, 1, elements, channels, biases === undefined ? 0 : 1, floatBits(epsilon)],
    ...{ storage: [from, to, scales, biases ?? scales], groups: gridOf(rows) },
  };
}

/** The numbers of rows.wgsl's reductions. */
export const REDUCTIONS = {
  ...{ sum: 0, mean: 1, max: 2, min: 3, product: 4, squares: 5, sizes: 6, root: 7 },
} as const;

/** Dimensions on either side that the kernel walks. */
export const MOST_REDUCED = 4;

interface Side {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

export interface GpuReduction {
  /** Dimensions that are left, and those that go; at most MOST_REDUCED each. */
  readonly outer: Side;
  readonly inner: Side;
}

function reductionUniform(
  kind: number,
  { outer, inner }: GpuReduction,
): {
  readonly count: number;
  readonly uniform: readonly number[];
} {
  const size = ({ sizes }: Side): number => sizes.reduce((a, b) => a * b, 1);
  const words = ({ sizes, strides }: Side): number[] =>
    Array.from({ length: MOST_REDUCED }, (_, d) => [sizes[d] ?? 1, strides[d] ?? 0, 0, 0]).flat();
  const count = size(outer);
  return {
    count,
    uniform: [
      // The array of dimensions begins at a multiple of 16 bytes.
      ...[count, outer.sizes.length, size(inner), inner.sizes.length, kind, 0, 0, 0],
      ...words(outer),
      ...words(inner),
    ],
  };
}

/** One number for each place that is kept, of all that go in the reduction. */
export function reduceCall<P>(
  kind: keyof typeof REDUCTIONS,
  reduction: GpuReduction,
  from: P,
  to: P,
): GpuCall<P> {
  const { count, uniform } = reductionUniform(REDUCTIONS[kind], reduction);
  return {
    ...{ kernel: 'reduce', constants: {}, uniform },
    ...{ storage: [from, to], groups: gridOf(Math.ceil(count / THREADS)) },
  };
}

/** Where the largest of each row is, as int32. */
export function placeCall<P>(
  { smallest, last }: { readonly smallest: boolean; readonly last: boolean },
  reduction: GpuReduction,
  from: P,
  to: P,
): GpuCall<P> {
  const { count, uniform } = reductionUniform((smallest ? 1 : 0) + (last ? 2 : 0), reduction);
  return {
    ...{ kernel: 'place', constants: {}, uniform },
    ...{ storage: [from, to], groups: gridOf(Math.ceil(count / THREADS)) },
  };
}

export interface GpuGather {
  readonly outer: number;
  /** Rows to choose from, and numbers of each. */
  readonly size: number;
  readonly row: number;
  readonly places: number;
}

/** @param indices int32; negative ones count from the end */
export function gatherCall<P>(
  { outer, size, row, places }: GpuGather,
  table: P,
  indices: P,
  to: P,
): GpuCall<P> {
  const count = outer * places * row;
  return {
    ...{ kernel: 'gather', constants: {}, uniform: [count, size, row, places] },
    ...{ storage: [table, indices, to], groups: gridOf(Math.ceil(count / THREADS)) },
  };
}

/** Words of what `within` reports: how many were outside, the check, and the number that came first. */
export const FAULT_WORDS = 4;

/** Reports int32s that are not within low ... high. */
export function withinCall<P>(
  count: number,
  check: number,
  [low, high]: readonly [number, number],
  values: P,
  faults: P,
): GpuCall<P> {
  return {
    ...{ kernel: 'within', constants: {}, uniform: [count, check, low, high] },
    ...{ storage: [values, faults], groups: gridOf(Math.ceil(count / THREADS)) },
  };
}
