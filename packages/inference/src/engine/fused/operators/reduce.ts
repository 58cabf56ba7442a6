/** Operators that make one number of many: ReduceMean and its like, ArgMax, TopK, CumSum, global pooling; Trilu. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { type Compute, computed } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { axisOf, count, numbersOf, shapeError, stridesOf, type Value } from '../value.ts';
import { walk } from '../walk.ts';

interface Fold {
  readonly from: number;
  readonly step: (sum: number, x: number) => number;
  readonly end?: (sum: number, n: number) => number;
}

const add = (sum: number, x: number): number => sum + x;
const addSquare = (sum: number, x: number): number => sum + x * x;
const mean: Fold = { from: 0, step: add, end: (sum, n) => sum / n };
const most: Fold = { from: Number.NEGATIVE_INFINITY, step: Math.max };

/** ln(e^sum + e^x), of any size. */
const addLogs = (sum: number, x: number): number =>
  sum === x ? x + Math.LN2 : Math.max(sum, x) + Math.log1p(Math.exp(-Math.abs(sum - x)));

const FOLDS: Readonly<Record<string, Fold>> = {
  ReduceSum: { from: 0, step: add },
  ReduceMean: mean,
  ReduceMax: most,
  ReduceMin: { from: Number.POSITIVE_INFINITY, step: Math.min },
  ReduceProd: { from: 1, step: (product, x) => product * x },
  ReduceSumSquare: { from: 0, step: addSquare },
  ReduceL1: { from: 0, step: (sum, x) => sum + Math.abs(x) },
  ReduceL2: { from: 0, step: addSquare, end: Math.sqrt },
  ReduceLogSum: { from: 0, step: add, end: Math.log },
  ReduceLogSumExp: { from: Number.NEGATIVE_INFINITY, step: addLogs },
  GlobalAveragePool: mean,
  GlobalMaxPool: most,
};

/** An input since opset 13 (ReduceSum) or 18, an attribute before. None: all, or with a flag, none at all. */
export function axesOf(node: OnnxNode, { shape }: Value, given: Value | undefined): number[] {
  if (node.op.startsWith('Global')) return [...shape.keys()].slice(2);
  const axes = numbersOf(given) ?? attributeOf(node, 'axes', 'ints', []);
  if (axes.length === 0) return attributeOf(node, 'noop_with_empty_axes', 'int', 0) ? [] : [...shape.keys()];
  return axes.map((axis) => axisOf(axis, shape.length, node.op));
}

const reduce: Compute = (node, [x, given]) => {
  const { shape: own, type } = x!;
  const axes = new Set(axesOf(node, x!, given));
  const keep = attributeOf(node, 'keepdims', 'int', 1) !== 0;
  const strides = stridesOf(own);
  const [gone, left] = [true, false].map((wanted) => {
    const dimensions = [...own.keys()].filter((axis) => axes.has(axis) === wanted);
    return { shape: dimensions.map((d) => own[d]!), strides: [dimensions.map((d) => strides[d]!)] };
  });
  const [inner, outer] = [walk(gone!.shape, gone!.strides), walk(left!.shape, left!.strides)];
  const n = count(gone!.shape);
  const shape = keep ? own.map((size, axis) => (axes.has(axis) ? 1 : size)) : left!.shape;
  const { from, step, end = (sum: number) => sum } = FOLDS[node.op]!;
  return {
    outputs: [{ shape, type }],
    grows: true,
    run([data], [out]) {
      let o = 0;
      outer.each(([at]) => {
        for (let i = 0; i < outer.run; i++) {
          let sum = from;
          const begin = at! + i * outer.steps[0]!;
          inner.each(([place]) => {
            for (let k = 0; k < inner.run; k++) sum = step(sum, data![begin + place! + k * inner.steps[0]!]!);
          });
          out![o++] = end(sum, n);
        }
      });
    },
  };
};

/** The numbers along one axis, for every place of the other axes. */
function lines({ shape }: Value, axis: number) {
  const inner = count(shape.slice(axis + 1));
  const n = shape[axis]!;
  const total = count(shape.slice(0, axis)) * inner;
  return {
    n,
    inner,
    /** Begins of the lines; an element is `inner` from the next. */
    each(visit: (begin: number, line: number) => void): void {
      for (let i = 0; i < total; i++) visit(Math.floor(i / inner) * n * inner + (i % inner), i);
    },
  };
}

const arg: Compute = (node, [x]) => {
  const { shape } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), shape.length, node.op);
  const last = attributeOf(node, 'select_last_index', 'int', 0) !== 0;
  const sign = node.op === 'ArgMax' ? 1 : -1;
  const keep = attributeOf(node, 'keepdims', 'int', 1) !== 0;
  const { n, inner, each } = lines(x!, axis);
  if (n === 0) throw shapeError(node.op, `nothing to choose from along axis ${axis}`, shape);
  return {
    outputs: [{ shape: shape.flatMap((size, d) => (d !== axis ? size : keep ? 1 : [])), type: 'int32' }],
    run([data], [out]) {
      each((begin, line) => {
        let best = 0;
        for (let i = 1; i < n; i++) {
          const more = sign * (data![begin + i * inner]! - data![begin + best * inner]!);
          if (more > 0 || (last && more === 0)) best = i;
        }
        out![line] = best;
      });
    },
  };
};

/** Of equal numbers the first; `sorted` or not, they come in order. */
const topK: Compute = (node, [x, wanted]) => {
  const { shape, type } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', -1), shape.length, node.op);
  const k = numbersOf(wanted)?.[0] ?? attributeOf(node, 'k', 'int', 0);
  const sign = attributeOf(node, 'largest', 'int', 1) ? 1 : -1;
  const { n, inner, each } = lines(x!, axis);
  if (!Number.isInteger(k) || k < 0 || k > n) throw shapeError(node.op, `k=${k} along axis ${axis}`, shape);
  const chosen = shape.map((size, d) => (d === axis ? k : size));
  return {
    outputs: [
      { shape: chosen, type },
      { shape: chosen, type: 'int32' },
    ],
    run([data], [values, indices]) {
      each((begin, line) => {
        const order = Array.from({ length: n }, (_, i) => i);
        const value = (i: number): number => data![begin + i * inner]!;
        order.sort((a, b) => sign * (value(b) - value(a)) || a - b);
        const to = Math.floor(line / inner) * k * inner + (line % inner);
        for (let i = 0; i < k; i++) {
          values![to + i * inner] = value(order[i]!);
          indices![to + i * inner] = order[i]!;
        }
      });
    },
  };
};

const cumSum: Compute = (node, [x, wanted]) => {
  const axis = axisOf(numbersOf(wanted)![0]!, x!.shape.length, node.op);
  const exclusive = attributeOf(node, 'exclusive', 'int', 0) !== 0;
  const reverse = attributeOf(node, 'reverse', 'int', 0) !== 0;
  const { n, inner, each } = lines(x!, axis);
  return {
    outputs: [x!],
    grows: true,
    run([data], [out]) {
      each((begin) => {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          const at = begin + (reverse ? n - 1 - i : i) * inner;
          const value = data![at]!;
          out![at] = exclusive ? sum : sum + value;
          sum += value;
        }
      });
    },
  };
};

/** The upper (default) or lower triangle of each matrix, from a diagonal on; zeros elsewhere. */
const trilu: Compute = (node, [x, diagonal]) => {
  const { shape } = x!;
  if (shape.length < 2) throw shapeError(node.op, 'a matrix must stand there', shape);
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  const k = numbersOf(diagonal)?.[0] ?? 0;
  const upper = attributeOf(node, 'upper', 'int', 1) !== 0;
  return {
    outputs: [x!],
    run([data], [out]) {
      for (let i = 0; i < out!.length; i++) {
        const off = (i % columns) - (Math.floor(i / columns) % rows) - k;
        out![i] = (upper ? off >= 0 : off <= 0) ? data![i]! : 0;
      }
    },
  };
};

export const REDUCE: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(Object.keys(FOLDS).map((op) => [op, computed(reduce, { hosted: 1 })])),
  ArgMax: computed(arg),
  ArgMin: computed(arg),
  TopK: computed(topK, { hosted: 1 }),
  Trilu: computed(trilu, { hosted: 1 }),
  CumSum: computed(cumSum, { hosted: 1, needs: 2 }),
};
