/**
 * What exporters compute from shapes before a tensor is reshaped or a zero state made: small lists of integers,
 * settled while the graph is bound, at no cost when it runs.
 */
import { attributeOf, type OnnxNode, RivuletError } from '@rivulet/core';
import { axisOf, count, type HostValue, shapeError, type Value } from '../value.ts';
import { sliceRanges } from './move.ts';
import { newShape } from './reshape.ts';

type HostOperator = (node: OnnxNode, inputs: readonly (Value | undefined)[]) => HostValue;

const host = (shape: readonly number[], data: ArrayLike<number>): HostValue => ({
  place: 'host',
  shape,
  data,
});
const list = (values: readonly number[]): HostValue => host([values.length], values);
const known = (value: Value | undefined): HostValue => value as HostValue;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
};

const pairwise: HostOperator = (node, [left, right]) => {
  const [a, b] = [known(left), known(right)];
  const [longer, m, n] = [a.data.length >= b.data.length ? a : b, a.data.length, b.data.length];
  if (m !== n && m !== 1 && n !== 1)
    throw shapeError(node.op, `cannot broadcast to [${a.shape.join(', ')}]`, b.shape);
  const compute = ARITHMETIC[node.op]!;
  return host(
    longer.shape,
    Array.from(longer.data, (_, i) => compute(a.data[m === 1 ? 0 : i]!, b.data[n === 1 ? 0 : i]!)),
  );
};

/** States and masks before their first step are far smaller; an exabyte of zeros is a file's lie. */
const MOST_VALUES = 2 ** 26;

function filled(node: OnnxNode, shape: readonly number[], value: number): HostValue {
  const size = count(shape);
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) throw shapeError(node.op, 'no shape', shape);
  if (size > MOST_VALUES) {
    throw new RivuletError('OUT_OF_MEMORY', `${node.op}: no memory for [${shape.join(', ')}]`, {
      op: node.op,
      bytes: size * 4,
    });
  }
  return host(shape, new Float64Array(size).fill(value));
}

const renamed: HostOperator = (node, [x, extra]) => host(newShape(node, x!, extra), known(x).data);

/** Lists of one dimension, which is what shapes are. */
export const HOST_OPERATORS: Readonly<Record<string, HostOperator>> = {
  Shape(node, [x]) {
    const { shape } = x!;
    const start = attributeOf(node, 'start', 'int', 0);
    const end = attributeOf(node, 'end', 'int', shape.length);
    return list(shape.slice(start, end));
  },
  Size: (_node, [x]) => host([], [count(x!.shape)]),
  Identity: (_node, [x]) => known(x),
  Cast(node, [x]) {
    const { shape, data } = known(x);
    // 1, 10, 11 and 16 are the floating types; the others cut off fractions.
    const float = [1, 10, 11, 16].includes(attributeOf(node, 'to', 'int', 1));
    return float ? known(x) : host(shape, Array.from(data, Math.trunc));
  },
  Gather(node, [x, indices]) {
    const { shape, data } = known(x);
    if (shape.length !== 1) throw shapeError(node.op, 'only lists are known before running', shape);
    const places = Array.from(known(indices).data, (at) => axisOf(at, data.length, node.op));
    return host(
      indices!.shape,
      places.map((at) => data[at]!),
    );
  },
  Concat(_node, parts) {
    return list(parts.flatMap((part) => Array.from(known(part).data)));
  },
  Slice(node, inputs) {
    const { shape, data } = known(inputs[0]);
    if (shape.length !== 1) throw shapeError(node.op, 'only lists are known before running', shape);
    const { begin, step, size } = sliceRanges(node, shape, inputs)[0]!;
    return list(Array.from({ length: size }, (_, i) => data[begin + i * step]!));
  },
  ConstantOfShape(node, [wanted]) {
    const shape = Array.from(known(wanted).data);
    const { value } = node.attributes;
    return filled(node, shape, value?.kind === 'tensor' ? Number(value.value.data[0]) : 0);
  },
  Expand(node, [x, wanted]) {
    const { shape, data } = known(x);
    const target = Array.from(known(wanted).data);
    if (data.length === 1 && target.length >= shape.length) {
      return filled(node, target, data[0]!);
    }
    if (String(target) !== String(shape))
      throw shapeError(node.op, `cannot become [${target.join(', ')}]`, shape);
    return known(x);
  },
  Reshape: renamed,
  Squeeze: renamed,
  Unsqueeze: renamed,
  Add: pairwise,
  Sub: pairwise,
  Mul: pairwise,
};
