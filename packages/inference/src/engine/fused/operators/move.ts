/** Operators that put the same numbers in other places: Transpose, Slice, Concat, Pad, Gather, Expand, Split. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { dependsOnData } from '../dependsOnData.ts';
import type { Operator } from '../operator.ts';
import { roomFor } from '../roomFor.ts';
import { stridedCopy } from '../stridedCopy.ts';
import {
  axisOf,
  broadcast,
  type DeviceValue,
  type HostValue,
  isDouble,
  numbersOf,
  shapeError,
  spreadStrides,
  stridesOf,
  type Value,
} from '../value.ts';
import { walk } from '../walk.ts';

/** Places from the beginning of a tensor. */
interface Box {
  readonly start: number;
  readonly strides: readonly number[];
}

export interface Copy {
  readonly shape: readonly number[];
  /** Which input is read, which output is written. */
  readonly input?: number;
  readonly output?: number;
  readonly from: Box;
  readonly to: Box;
}

export interface Moved {
  readonly shapes: readonly (readonly number[])[];
  /** None: the memory stays as it is, under the new shape. */
  readonly copies: readonly Copy[] | undefined;
  /** What stands where nothing is copied to. */
  readonly fill?: number;
}

/** Where the numbers go, from the shapes. @throws MODEL_SHAPE */
type Move = (node: OnnxNode, inputs: readonly (Value | undefined)[], outputs: number) => Moved;

export interface MovingOperator extends Operator {
  readonly move: Move;
}

/** @param hosted inputs from here on must be known before running */
export function moving(move: Move, hosted = 1, needs = 1): MovingOperator {
  return {
    move,
    hosted,
    needs,
    refuses: (plan, facts) => dependsOnData(plan, hosted, facts.isHost),
    settle: (node, inputs, _opset, outputs) => onHost(node, inputs, move(node, inputs, outputs)),
    prepare({ node, inputs, outputs }, loader) {
      inputs.slice(0, hosted).forEach(loader.pin);
      return (binder, values) => {
        const { shapes, copies, fill } = move(node, values, outputs.length);
        const placed = values.slice(0, hosted).map((value) => value && binder.place(value));
        const [x] = placed as DeviceValue[];
        if (!copies) return [binder.alias(x!, shapes[0]!)];
        const made = shapes.map((shape) => binder.make(shape, x!.type));
        const { machine } = binder;
        if (fill !== undefined) {
          const all = x!.type === 'int32' ? 'i32' : 'f32';
          const [{ shape, buffer }] = made as [DeviceValue];
          const [start, size] = [buffer.at >> 2, shape.reduce((a, b) => a * b, 1)];
          binder.step(() => machine[all].fill(fill, start, start + size));
        }
        for (const { shape, input = 0, output = 0, from, to } of copies) {
          const at = ({ buffer }: DeviceValue, { start, strides }: Box) => ({
            start: (buffer.at >> 2) + start,
            strides,
          });
          binder.step(stridedCopy(machine, shape, at(placed[input]!, from), at(made[output]!, to)));
        }
        return made;
      };
    },
  };
}

function onHost(
  { op }: OnnxNode,
  inputs: readonly (Value | undefined)[],
  { shapes, copies, fill = 0 }: Moved,
): HostValue[] {
  const values = inputs as readonly HostValue[];
  const [first] = values as readonly [HostValue];
  const { type, data } = first;
  if (!copies) return [{ place: 'host', type, shape: shapes[0]!, data }];
  const made = shapes.map((shape) => roomFor(op, shape, type, isDouble(first)));
  made[0]?.data.fill(fill);
  for (const { shape, input = 0, output = 0, from, to } of copies) {
    const { run, steps, each } = walk(shape, [from.strides, to.strides]);
    const [source, target] = [values[input]!.data, made[output]!.data];
    each(([read, write]) => {
      for (let i = 0; i < run; i++) {
        target[to.start + write! + i * steps[1]!] = source[from.start + read! + i * steps[0]!]!;
      }
    });
  }
  return made;
}

/** All of a row-major tensor. */
export const whole = (shape: readonly number[], start = 0): Box => ({ start, strides: stridesOf(shape) });

export const transpose = moving((node, [x]) => {
  const rank = x!.shape.length;
  const perm = attributeOf(
    node,
    'perm',
    'ints',
    Array.from({ length: rank }, (_, i) => rank - 1 - i),
  );
  const valid = perm.length === rank && new Set(perm).size === rank && perm.every((p) => p in x!.shape);
  if (!valid) throw shapeError(node.op, `perm [${perm.join(', ')}] does not fit`, x!.shape);
  const shape = perm.map((axis) => x!.shape[axis]!);
  const strides = stridesOf(x!.shape);
  // Only dimensions of 1 change their places: the memory stays as it is.
  const moved = perm.filter((axis) => x!.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!))
    return { shapes: [shape], copies: undefined };
  const from = { start: 0, strides: perm.map((axis) => strides[axis]!) };
  return { shapes: [shape], copies: [{ shape, from, to: whole(shape) }] };
});

export const slice = moving((node, inputs) => {
  const x = inputs[0]!;
  const ranges = sliceRanges(node, x.shape, inputs);
  const strides = stridesOf(x.shape);
  const shape = ranges.map(({ size }) => size);
  const from = {
    start: ranges.reduce((at, { begin }, i) => at + begin * strides[i]!, 0),
    strides: strides.map((stride, i) => stride * ranges[i]!.step),
  };
  return { shapes: [shape], copies: [{ shape, from, to: whole(shape) }] };
});

/** What stood for "to the end" backwards too before opset 11, and is read so by onnxruntime: INT_MAX of 32 and 64 bits. */
const TO_THE_END: readonly number[] = [2 ** 31 - 1, 2 ** 63];

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
  const starts = numbersOf(inputs[1]) ?? attributeOf(node, 'starts', 'ints', []);
  const ends = numbersOf(inputs[2]) ?? attributeOf(node, 'ends', 'ints', []);
  const axes = numbersOf(inputs[3]) ?? attributeOf(node, 'axes', 'ints', [...starts.keys()]);
  const steps = numbersOf(inputs[4]) ?? starts.map(() => 1);
  const ranges: Range[] = shape.map((size) => ({ begin: 0, step: 1, size }));
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length, node.op);
    const n = shape[axis]!;
    const step = steps[i]!;
    if (!step) throw shapeError(node.op, 'a step must not be 0', shape);
    const back = step < 0;
    const place = (at: number, least: number): number => {
      const from = at < 0 ? at + n : at;
      return Math.min(Math.max(from, least), back ? n - 1 : n);
    };
    const begin = place(starts[i]!, 0);
    // "Before the first" cannot be said by a small negative number, which counts from the end.
    const end = back && TO_THE_END.includes(ends[i]!) ? -1 : place(ends[i]!, back ? -1 : 0);
    ranges[axis] = { begin, step, size: Math.max(0, Math.ceil((end - begin) / step)) };
  });
  return ranges;
}

const joined: Move = (node, parts) => {
  const first = parts[0]!.shape;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), first.length, node.op);
  for (const part of parts) {
    const { shape, type } = part!;
    const fits = shape.length === first.length && shape.every((n, i) => i === axis || n === first[i]);
    if (!fits || type !== parts[0]!.type)
      throw shapeError(node.op, `parts must be like [${first.join(', ')}] beside axis ${axis}`, shape);
  }
  const shape = first.map((n, i) =>
    i === axis ? parts.reduce((sum, part) => sum + part!.shape[axis]!, 0) : n,
  );
  const { strides } = whole(shape);
  let at = 0;
  const copies = parts.map((part, input): Copy => {
    const to = { start: at, strides };
    at += part!.shape[axis]! * strides[axis]!;
    return { shape: part!.shape, input, from: whole(part!.shape), to };
  });
  return { shapes: [shape], copies };
};

export const concat = moving(joined, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);

/** Pad's numbers for each dimension (attributes before opset 11; a negative one cuts off), and the shape that it makes. */
export function padsOf(node: OnnxNode, inputs: readonly (Value | undefined)[]) {
  const own = inputs[0]!.shape;
  const given = numbersOf(inputs[1]) ?? attributeOf(node, 'pads', 'ints', []);
  const axes = (numbersOf(inputs[3]) ?? [...own.keys()]).map((axis) => axisOf(axis, own.length, node.op));
  const before = own.map(() => 0);
  const after = own.map(() => 0);
  axes.forEach((axis, i) => {
    before[axis] = given[i] ?? 0;
    after[axis] = given[axes.length + i] ?? 0;
  });
  const shape = own.map((n, i) => n + before[i]! + after[i]!);
  if (shape.some((n) => n < 0)) throw shapeError(node.op, `pads [${given.join(', ')}] do not fit`, own);
  return { before, after, shape };
}

const constantPad = moving((node, inputs) => {
  const x = inputs[0]!;
  const { before, after, shape } = padsOf(node, inputs);
  const fill = numbersOf(inputs[2])?.[0] ?? attributeOf(node, 'value', 'float', 0);
  // The box that is copied is what both sides have.
  const box = x.shape.map((n, i) => Math.max(0, n + Math.min(0, before[i]!) + Math.min(0, after[i]!)));
  const [reads, writes] = [stridesOf(x.shape), stridesOf(shape)];
  const from = before.reduce((at, n, i) => at + Math.max(0, -n) * reads[i]!, 0);
  const to = before.reduce((at, n, i) => at + Math.max(0, n) * writes[i]!, 0);
  const copy = { shape: box, from: { start: from, strides: reads }, to: { start: to, strides: writes } };
  return { shapes: [shape], copies: [copy], fill };
});

export const pad: MovingOperator = {
  ...constantPad,
  refuses(plan, facts) {
    const mode = attributeOf(plan.node, 'mode', 'string', 'constant');
    return mode === 'constant' ? constantPad.refuses(plan, facts) : `mode=${mode}`;
  },
};

/** Of places that are known before running. */
export const gatherKnown = moving(
  (node, [x, indices]) => {
    const { shape: own } = x!;
    const axis = axisOf(attributeOf(node, 'axis', 'int', 0), own.length, node.op);
    const places = numbersOf(indices)!.map((at) => axisOf(at, own[axis]!, node.op));
    const box = own.map((size, i) => (i === axis ? 1 : size));
    const shape = [...own.slice(0, axis), ...indices!.shape, ...own.slice(axis + 1)];
    const reads = stridesOf(own);
    const writes = stridesOf(own.map((size, i) => (i === axis ? places.length : size)));
    const copies = places.map(
      (place, i): Copy => ({
        shape: box,
        from: { start: place * reads[axis]!, strides: reads },
        to: { start: i * writes[axis]!, strides: writes },
      }),
    );
    return { shapes: [shape], copies };
  },
  1,
  2,
);

export const expand = moving(
  (node, [x, wanted]) => {
    const shape = broadcast(node.op, numbersOf(wanted)!, x!.shape);
    const from = { start: 0, strides: spreadStrides(x!.shape, shape) };
    return { shapes: [shape], copies: [{ shape, from, to: whole(shape) }] };
  },
  1,
  2,
);

export const split = moving((node, [x, wanted], outputs) => {
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), x!.shape.length, node.op);
  const n = x!.shape[axis]!;
  const even = Math.ceil(n / outputs);
  const sizes =
    numbersOf(wanted) ??
    attributeOf(
      node,
      'split',
      'ints',
      Array.from({ length: outputs }, (_, i) => Math.min(even, n - i * even)),
    );
  const fits = sizes.reduce((sum, size) => sum + size, 0) === n && sizes.length === outputs;
  if (!fits || sizes.some((size) => size < 0)) {
    throw shapeError(node.op, `parts [${sizes.join(', ')}] do not fit`, x!.shape);
  }
  const { strides } = whole(x!.shape);
  const shapes = sizes.map((size) => x!.shape.map((other, i) => (i === axis ? size : other)));
  let at = 0;
  const copies = shapes.map((shape, output): Copy => {
    const from = { start: at, strides };
    at += shape[axis]! * strides[axis]!;
    return { shape, output, from, to: whole(shape) };
  });
  return { shapes, copies };
});
