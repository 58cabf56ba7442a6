/** Tensors while a graph is bound to its shapes: either numbers known already, or a place in the machine. */
import { RivuletError } from '@rivulet/core';
import type { Pointer } from '@rivulet/kernels/infer';

/** Memory that values share; freed when nobody will read it any more. */
export interface Buffer {
  readonly at: Pointer;
  readonly bytes: number;
  /** Readers still to come. Infinity: a weight, or an input of the graph. */
  readers: number;
}

/** Known only when the graph runs: float32 (lengths: int32) in the machine's memory. */
export interface DeviceValue {
  readonly place: 'device';
  readonly shape: readonly number[];
  readonly buffer: Buffer;
}

/** Known from the shapes alone: constants, and what is computed from `Shape`. */
export interface HostValue {
  readonly place: 'host';
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Value = DeviceValue | HostValue;

export const count = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** Row-major strides in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** An axis as ONNX counts it, negative ones from the end. */
export function axisOf(axis: number, rank: number, op: string): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank) {
    throw new RivuletError('MODEL_SHAPE', `${op}: no axis ${axis} in ${rank} dimensions`, { op, axis, rank });
  }
  return at;
}

export function shapeError(op: string, why: string, got: readonly number[]): RivuletError {
  return new RivuletError('MODEL_SHAPE', `${op}: ${why}, got [${got.join(', ')}]`, { op, got: [...got] });
}
