/** Operators that put the same numbers in other places: Transpose, Slice, Concat, Pad, Gather, Expand, Split. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import type { Binder } from '../binder.ts';
import type { Bind, Operator } from '../operator.ts';
import { type Side, stridedCopy } from '../stridedCopy.ts';
import {
  axisOf,
  count,
  type DeviceValue,
  type HostValue,
  shapeError,
  stridesOf,
  type Value,
} from '../value.ts';

/** Operators whose inputs after the first `data` ones must be known before running. */
function moving(data: number, bind: (node: OnnxNode, outputs: readonly string[]) => Bind): Operator {
  return {
    refuses: ({ inputs }, facts) =>
      inputs.slice(data).some((name) => name && !facts.isHost(name))
        ? 'places that depend on data'
        : undefined,
    prepare: (plan, loader) => {
      for (const name of plan.inputs.slice(0, data)) loader.pin(name);
      return bind(plan.node, plan.outputs);
    },
  };
}

const start = ({ buffer }: DeviceValue): number => buffer.at >> 2;
const numbers = (value: Value | undefined): number[] | undefined =>
  value && Array.from((value as HostValue).data);

function copy(binder: Binder, shape: readonly number[], from: Side, to: Side): void {
  binder.step(stridedCopy(binder.machine, shape, from, to));
}

export const transpose = moving(1, (node) => (binder, [input]) => {
  const x = binder.device(input!);
  const rank = x.shape.length;
  const perm = attributeOf(
    node,
    'perm',
    'ints',
    Array.from({ length: rank }, (_, i) => rank - 1 - i),
  );
  const valid = perm.length === rank && new Set(perm).size === rank && perm.every((p) => p in x.shape);
  if (!valid) throw shapeError(node.op, `perm [${perm.join(', ')}] does not fit`, x.shape);
  const shape = perm.map((axis) => x.shape[axis]!);
  const strides = stridesOf(x.shape);
  const reads = perm.map((axis) => strides[axis]!);
  // Only dimensions of 1 change their places: the memory stays as it is.
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return [binder.alias(x, shape)];
  const y = binder.make(shape);
  copy(binder, shape, { start: start(x), strides: reads }, { start: start(y), strides: stridesOf(shape) });
  return [y];
});

export const slice = moving(1, (node) => (binder, inputs) => {
  const x = binder.device(inputs[0]!);
  const ranges = sliceRanges(node, x.shape, inputs);
  const strides = stridesOf(x.shape);
  const shape = ranges.map(({ size }) => size);
  const from = {
    start: start(x) + ranges.reduce((at, { begin }, i) => at + begin * strides[i]!, 0),
    strides: strides.map((stride, i) => stride * ranges[i]!.step),
  };
  const y = binder.make(shape);
  copy(binder, shape, from, { start: start(y), strides: stridesOf(shape) });
  return [y];
});

interface Range {
  readonly begin: number;
  readonly step: number;
  readonly size: number;
}

/** Slice's starts, ends, axes and steps (attributes before opset 10), clamped as ONNX says. */
export function sliceRanges(
  node: OnnxNode,
  shape: readonly number[],
  inputs: readonly (Value | undefined)[],
): Range[] {
  const starts = numbers(inputs[1]) ?? attributeOf(node, 'starts', 'ints', []);
  const ends = numbers(inputs[2]) ?? attributeOf(node, 'ends', 'ints', []);
  const axes = numbers(inputs[3]) ?? attributeOf(node, 'axes', 'ints', [...starts.keys()]);
  const steps = numbers(inputs[4]) ?? starts.map(() => 1);
  const ranges: Range[] = shape.map((size) => ({ begin: 0, step: 1, size }));
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length, node.op);
    const n = shape[axis]!;
    const step = steps[i]!;
    if (!step) throw shapeError(node.op, 'a step must not be 0', shape);
    const back = step < 0;
    const place = (at: number): number => {
      const from = at < 0 ? at + n : at;
      return Math.min(Math.max(from, back ? -1 : 0), back ? n - 1 : n);
    };
    // "Before the first" cannot be said by a small negative number, which counts from the end.
    const begin = place(starts[i]!);
    const end = place(ends[i]!);
    ranges[axis] = { begin, step, size: Math.max(0, Math.ceil((end - begin) / step)) };
  });
  return ranges;
}

export const concat = moving(Number.POSITIVE_INFINITY, (node) => (binder, inputs) => {
  const parts = inputs.map((value) => binder.device(value!));
  const first = parts[0]!.shape;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), first.length, node.op);
  for (const { shape } of parts) {
    const fits = shape.length === first.length && shape.every((n, i) => i === axis || n === first[i]);
    if (!fits)
      throw shapeError(node.op, `parts must be like [${first.join(', ')}] beside axis ${axis}`, shape);
  }
  const shape = first.map((n, i) =>
    i === axis ? parts.reduce((sum, part) => sum + part.shape[axis]!, 0) : n,
  );
  const y = binder.make(shape);
  const strides = stridesOf(shape);
  let at = start(y);
  for (const part of parts) {
    copy(binder, part.shape, { start: start(part), strides: stridesOf(part.shape) }, { start: at, strides });
    at += part.shape[axis]! * strides[axis]!;
  }
  return [y];
});

const constantPad = moving(1, (node) => (binder, inputs) => {
  const x = binder.device(inputs[0]!);
  const rank = x.shape.length;
  const given = numbers(inputs[1]) ?? attributeOf(node, 'pads', 'ints', []);
  const value = numbers(inputs[2])?.[0] ?? attributeOf(node, 'value', 'float', 0);
  const axes = (numbers(inputs[3]) ?? [...x.shape.keys()]).map((axis) => axisOf(axis, rank, node.op));
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  axes.forEach((axis, i) => {
    before[axis] = given[i] ?? 0;
    after[axis] = given[axes.length + i] ?? 0;
  });
  // A negative pad cuts off: the box that is copied is what both sides have.
  const shape = x.shape.map((n, i) => n + before[i]! + after[i]!);
  if (shape.some((n) => n < 0)) throw shapeError(node.op, `pads [${given.join(', ')}] do not fit`, x.shape);
  const box = x.shape.map((n, i) => Math.max(0, n + Math.min(0, before[i]!) + Math.min(0, after[i]!)));
  const y = binder.make(shape);
  const { machine } = binder;
  const [size, to, reads, writes] = [count(shape), start(y), stridesOf(x.shape), stridesOf(shape)];
  binder.step(() => machine.f32.fill(value, to, to + size));
  copy(
    binder,
    box,
    { start: start(x) + before.reduce((at, n, i) => at + Math.max(0, -n) * reads[i]!, 0), strides: reads },
    { start: to + before.reduce((at, n, i) => at + Math.max(0, n) * writes[i]!, 0), strides: writes },
  );
  return [y];
});

export const pad: Operator = {
  prepare: constantPad.prepare,
  refuses(plan, facts) {
    const mode = attributeOf(plan.node, 'mode', 'string', 'constant');
    return mode === 'constant' ? constantPad.refuses(plan, facts) : `mode=${mode}`;
  },
};

export const gather = moving(1, (node) => (binder, [input, indices]) => {
  const x = binder.device(input!);
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), x.shape.length, node.op);
  const n = x.shape[axis]!;
  const places = numbers(indices)!.map((at) => axisOf(at, n, node.op));
  const box = x.shape.map((size, i) => (i === axis ? 1 : size));
  const shape = [...x.shape.slice(0, axis), ...indices!.shape, ...x.shape.slice(axis + 1)];
  const y = binder.make(shape);
  const reads = stridesOf(x.shape);
  const writes = stridesOf(x.shape.map((size, i) => (i === axis ? places.length : size)));
  places.forEach((place, i) => {
    copy(
      binder,
      box,
      { start: start(x) + place * reads[axis]!, strides: reads },
      { start: start(y) + i * writes[axis]!, strides: writes },
    );
  });
  return [y];
});

export const expand = moving(1, (node) => (binder, [input, wanted]) => {
  const x = binder.device(input!);
  const target = numbers(wanted)!;
  const rank = Math.max(target.length, x.shape.length);
  const own = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const shape = own.map((n, i) => {
    const m = target[i - (rank - target.length)] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw shapeError(node.op, `cannot become [${target.join(', ')}]`, x.shape);
    return n === 1 ? m : n;
  });
  const y = binder.make(shape);
  const strides = stridesOf(own).map((stride, i) => (own[i] === 1 ? 0 : stride));
  copy(binder, shape, { start: start(x), strides }, { start: start(y), strides: stridesOf(shape) });
  return [y];
});

export const split = moving(1, (node, outputs) => (binder, [input, wanted]) => {
  const x = binder.device(input!);
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), x.shape.length, node.op);
  const n = x.shape[axis]!;
  const even = Math.ceil(n / outputs.length);
  const sizes =
    numbers(wanted) ??
    attributeOf(
      node,
      'split',
      'ints',
      outputs.map((_, i) => Math.min(even, n - i * even)),
    );
  if (sizes.reduce((sum, size) => sum + size, 0) !== n || sizes.length !== outputs.length) {
    throw shapeError(node.op, `parts [${sizes.join(', ')}] do not fit`, x.shape);
  }
  const strides = stridesOf(x.shape);
  let at = start(x);
  return sizes.map((size) => {
    const shape = x.shape.map((other, i) => (i === axis ? size : other));
    const y = binder.make(shape);
    copy(binder, shape, { start: at, strides }, { start: start(y), strides: stridesOf(shape) });
    at += size * strides[axis]!;
    return y;
  });
});
