/** The one loop behind Transpose, Slice, Concat, Pad, Gather and Expand: copy a box of numbers between strides. */
import type { InferMachine } from '@rivulet/kernels/infer';
import { merge } from './walk.ts';

export interface Side {
  /** Index of the first number (pointer / 4). */
  readonly start: number;
  /** In numbers, one for each dimension; may be 0 or negative on the side that is read. */
  readonly strides: readonly number[];
}

/** Shorter runs are copied by a loop: a call of copyWithin costs more. */
const RUN = 16;

/** @returns the copy as a step. Dimensions that lie behind each other on both sides are merged first. */
export function stridedCopy(
  machine: InferMachine,
  shape: readonly number[],
  from: Side,
  to: Side,
): () => void {
  const { sizes, strides } = merge(shape, [from.strides, to.strides]);
  const [reads, writes] = strides as [readonly number[], readonly number[]];
  if (sizes.includes(0)) return () => {};
  const last = sizes.length - 1;
  const run = sizes[last]!;
  const readStep = reads[last]!;
  const writeStep = writes[last]!;
  const whole = run >= RUN && readStep === 1 && writeStep === 1;
  const at = new Int32Array(sizes.length);
  return () => {
    // As integers: some of their bits are NaN for floats, which may not come through as they were.
    const { i32 } = machine;
    let read = from.start;
    let write = to.start;
    at.fill(0);
    for (;;) {
      if (whole) i32.copyWithin(write, read, read + run);
      else for (let i = 0; i < run; i++) i32[write + i * writeStep] = i32[read + i * readStep]!;
      let d = last - 1;
      for (; d >= 0; d--) {
        read += reads[d]!;
        write += writes[d]!;
        if (++at[d]! < sizes[d]!) break;
        read -= reads[d]! * sizes[d]!;
        write -= writes[d]! * sizes[d]!;
        at[d] = 0;
      }
      if (d < 0) return;
    }
  };
}
