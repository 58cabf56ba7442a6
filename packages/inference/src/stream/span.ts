/**
 * Where a dimension (time, or the sequences of a batch) lies in a tensor, told by its flat index, so that it is
 * followed through a Reshape that merges it with others: index = (before * size + i) * stride + after.
 */
import { stridesOf } from '../engine/fused/value.ts';

export interface Span {
  /** In elements. */
  readonly stride: number;
  readonly size: number;
}

type Shape = readonly number[];

/** The axis that the span lies in whole, and its stride inside it; undefined where it reaches over several. */
export function axisOfSpan(shape: Shape, { stride, size }: Span): { axis: number; step: number } | undefined {
  const strides = stridesOf(shape);
  const axis = shape.findIndex(
    (n, i) => stride >= strides[i]! && stride * size <= strides[i]! * n && stride % strides[i]! === 0,
  );
  return axis < 0 ? undefined : { axis, step: stride / strides[axis]! };
}

/** The span on an axis of another shape, whole as it was. */
export function spanOnAxis(shape: Shape, axis: number, step: number, size: number): Span {
  return { stride: stridesOf(shape)[axis]! * step, size };
}

/** @returns whether the span varies slower than everything from `axis` on */
export function isAbove(shape: Shape, axis: number, { stride }: Span): boolean {
  return stride % shape.slice(axis).reduce((size, n) => size * n, 1) === 0;
}
