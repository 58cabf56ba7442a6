/** Tensors while a graph is bound to its shapes: either numbers known already, or a place in the machine. */
import { RivuletError } from '@rivulet/core';
import type { Pointer } from '@rivulet/kernels/infer';

/** Memory that values share; freed when nobody will read it any more. */
export interface Buffer {
  /** Where it begins in the machine's memory; on a GPU, the number of its place there. */
  readonly at: Pointer;
  readonly bytes: number;
  /** Readers still to come. Infinity: a weight, or an input of the graph. */
  readers: number;
}

/**
 * What numbers are kept as: ONNX's integers and booleans are int32 here. Beyond 2^31 int64 is what no index or
 * length is: such feeds, constants and results are refused. A GPU cannot tell, and wraps around.
 */
export type ElementType = 'float32' | 'int32';

/** Known only when the graph runs: in the machine's memory. */
export interface DeviceValue {
  readonly place: 'device';
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly buffer: Buffer;
}

/**
 * Known from the shapes alone: constants, and what is computed from `Shape`. Floats are as precise as a runtime has
 * them, for a size that is rounded down depends on it: those of float64 stand in a Float64Array, no others do.
 */
export interface HostValue {
  readonly place: 'host';
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Value = DeviceValue | HostValue;

/** Whether they are what ONNX computes in float64. */
export const isDouble = (value: Value | undefined): boolean =>
  value?.place === 'host' && value.type === 'float32' && value.data instanceof Float64Array;

/** @param value one that planning made sure of: known before running */
export const numbersOf = (value: Value | undefined): number[] | undefined =>
  value && Array.from((value as HostValue).data);

export const count = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** Every engine's binder asks the same of what it makes. @throws MODEL_SHAPE for what is no shape */
export function checkShape(shape: readonly number[]): void {
  if (!shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new RivuletError('MODEL_SHAPE', `[${shape.join(', ')}] is no shape`, { got: [...shape] });
  }
}

/** @returns the value. @throws ONNX_PARSE when it is of another type than a kernel takes */
export function checkType(value: Value, expected: ElementType): Value {
  if (value.type === expected) return value;
  throw new RivuletError('ONNX_PARSE', `${value.type} stands where ${expected} must`, {
    expected,
    got: value.type,
  });
}

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

/** A shape as both broadcast to it. @throws MODEL_SHAPE */
export function broadcast(op: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (m !== n && m !== 1 && n !== 1) throw shapeError(op, `cannot broadcast to [${a.join(', ')}]`, b);
    return m === 1 ? n : m;
  });
}

/** Strides of a tensor read under the shape it broadcasts to: 0 where it repeats. */
export function spreadStrides(shape: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return to.map((_, i) => {
    const at = i - (to.length - shape.length);
    return at < 0 || shape[at] === 1 ? 0 : strides[at]!;
  });
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
