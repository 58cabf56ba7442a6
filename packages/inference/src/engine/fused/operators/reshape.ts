/** Operators that only give memory another shape, or another name: Dropout too, which does nothing but when training. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { hostValue } from '../constants.ts';
import type { GraphFacts, Operator } from '../operator.ts';
import { roomFor } from '../roomFor.ts';
import { axisOf, count, type HostValue, numbersOf, shapeError, type Value } from '../value.ts';

/** Where a newer opset takes an input, an older one takes an attribute; either must be known before running. */
export const reshape: Operator<unknown, unknown> = {
  hosted: 1,
  refuses: ({ inputs }, { isHost }) =>
    inputs.slice(1).some((name) => name && !isHost(name)) ? 'a shape that depends on data' : undefined,
  settle: (node, [x, extra]) => [{ ...(x as HostValue), shape: newShape(node, x!, extra) }],
  prepare:
    ({ node }) =>
    (_binder, [x, extra]) => [{ ...x!, shape: newShape(node, x!, extra) }],
};

export const identity: Operator<unknown, unknown> = {
  refuses: () => undefined,
  settle: (_node, [x]) => [x as HostValue],
  prepare:
    () =>
    (_binder, [x]) => [x!],
};

/** Training aside, nothing is dropped. */
export const dropout: Operator<GraphFacts, unknown> = {
  refuses({ inputs }, { constant }) {
    const training = constant(inputs[2]);
    if (!inputs[2] || (training && !hostValue(training).data[0])) return undefined;
    return 'training';
  },
  settle: ({ op }, [x], opset, outputs) => [x as HostValue, ...(outputs > 1 ? [mask(op, x!, opset)] : [])],
  prepare:
    ({ node, outputs }, { opset }) =>
    (_binder, [x]) => [x!, ...(outputs[1] ? [mask(node.op, x!, opset)] : [])],
};

/** Floats before opset 10, booleans since; before 12 not filled, which onnxruntime reads as zeros. */
function mask(op: string, { shape }: Value, opset: number): HostValue {
  const made = roomFor(op, shape, opset < 10 ? 'float32' : 'int32');
  made.data.fill(opset < 12 ? 0 : 1);
  return made;
}

function newShape(node: OnnxNode, { shape }: Value, extra: Value | undefined): number[] {
  const axes = numbersOf(extra) ?? attributeOf<'ints', undefined>(node, 'axes', 'ints', undefined);
  switch (node.op) {
    case 'Reshape':
      return reshaped(node, shape, axes ?? attributeOf(node, 'shape', 'ints', []));
    case 'Flatten': {
      const axis = attributeOf(node, 'axis', 'int', 1);
      const at = axis < 0 ? axis + shape.length : axis;
      return [count(shape.slice(0, at)), count(shape.slice(at))];
    }
    case 'Squeeze': {
      const gone = axes?.map((axis) => axisOf(axis, shape.length, node.op));
      if (gone?.some((axis) => shape[axis] !== 1)) throw shapeError(node.op, `axes ${gone} must be 1`, shape);
      return shape.filter((n, i) => (gone ? !gone.includes(i) : n !== 1));
    }
    default: {
      if (!axes) throw shapeError(node.op, 'no axes are given', shape);
      const rank = shape.length + axes.length;
      const fresh = axes.map((axis) => axisOf(axis, rank, node.op));
      if (new Set(fresh).size < fresh.length) throw shapeError(node.op, `axes ${axes} are the same`, shape);
      const rest = [...shape];
      return Array.from({ length: rank }, (_, i) => (fresh.includes(i) ? 1 : rest.shift()!));
    }
  }
}

function reshaped(node: OnnxNode, shape: readonly number[], wanted: readonly number[]): number[] {
  const zeroCopies = attributeOf(node, 'allowzero', 'int', 0) === 0;
  const next = wanted.map((n, i) => (n === 0 && zeroCopies ? (shape[i] ?? 0) : n));
  const free = next.indexOf(-1);
  if (free >= 0) {
    const rest = next.reduce((size, n) => (n === -1 ? size : size * n), 1);
    next[free] = rest === 0 ? 0 : count(shape) / rest;
  }
  if (count(next) !== count(shape) || next.some((n) => !Number.isInteger(n) || n < 0)) {
    throw shapeError(node.op, `[${wanted.join(', ')}] does not fit`, shape);
  }
  return next;
}
