/** The one loop behind Transpose, Slice, Concat, Pad, Gather and Expand: copy a box of floats between strides. */
import type { InferMachine } from '@rivulet/kernels/infer';

export interface Side {
  /** Index of the first float (pointer / 4). */
  readonly start: number;
  /** In floats, one for each dimension; may be 0 or negative on the side that is read. */
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
  const { sizes, reads, writes } = merge(shape, from.strides, to.strides);
  if (sizes.includes(0)) return () => {};
  const last = sizes.length - 1;
  const run = sizes[last]!;
  const readStep = reads[last]!;
  const writeStep = writes[last]!;
  const whole = run >= RUN && readStep === 1 && writeStep === 1;
  const at = new Int32Array(sizes.length);
  return () => {
    const { f32 } = machine;
    let read = from.start;
    let write = to.start;
    at.fill(0);
    for (;;) {
      if (whole) f32.copyWithin(write, read, read + run);
      else for (let i = 0; i < run; i++) f32[write + i * writeStep] = f32[read + i * readStep]!;
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

function merge(shape: readonly number[], reads: readonly number[], writes: readonly number[]) {
  const merged = { sizes: [1], reads: [1], writes: [1] };
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    if (size === 1) continue;
    const inner = merged.sizes[0]!;
    if (inner === 1) {
      merged.sizes[0] = size;
      merged.reads[0] = reads[d]!;
      merged.writes[0] = writes[d]!;
    } else if (reads[d] === merged.reads[0]! * inner && writes[d] === merged.writes[0]! * inner) {
      merged.sizes[0] = inner * size;
    } else {
      merged.sizes.unshift(size);
      merged.reads.unshift(reads[d]!);
      merged.writes.unshift(writes[d]!);
    }
  }
  return merged;
}
