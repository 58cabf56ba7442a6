/**
 * Operators that look numbers up, or put them, at places which the data names: Gather (embeddings), GatherElements,
 * GatherND, ScatterElements, ScatterND, OneHot, ReverseSequence.
 */
import { attributeOf, RivuletError } from '@rivulet/core';
import { type Compute, computed, type Numbers } from '../computed.ts';
import type { Operator, PlanNode } from '../operator.ts';
import { axisOf, count, numbersOf, shapeError, stridesOf } from '../value.ts';
import { gatherKnown } from './move.ts';
import { checkLengths } from './recurrentLayers.ts';

/** Negative ones count from the end. @throws ARGUMENT: only running shows it */
function place(op: string, index: number, n: number): number {
  const at = index < 0 ? index + n : index;
  if (at >= 0 && at < n) return at;
  throw new RivuletError('ARGUMENT', `${op}: index ${index} is not within ${n}`, { op, index, size: n });
}

const gatherRows: Compute = (node, [x, indices]) => {
  const { shape, type } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), shape.length, node.op);
  const n = shape[axis]!;
  const outer = count(shape.slice(0, axis));
  const row = count(shape.slice(axis + 1));
  return {
    outputs: [{ shape: [...shape.slice(0, axis), ...indices!.shape, ...shape.slice(axis + 1)], type }],
    run([data, places], [out]) {
      let o = 0;
      for (let i = 0; i < outer; i++) {
        for (let k = 0; k < places!.length; k++) {
          const from = (i * n + place(node.op, places![k]!, n)) * row;
          for (let j = 0; j < row; j++) out![o++] = data![from + j]!;
        }
      }
    },
  };
};

/** Where each element of the indices' tensor leads in a tensor of `shape`, along one axis. */
function elementPlaces(
  op: string,
  shape: readonly number[],
  wanted: readonly number[],
  axis: number,
): (indices: Numbers, i: number) => number {
  const fits = wanted.length === shape.length && wanted.every((n, d) => d === axis || n <= shape[d]!);
  if (!fits) throw shapeError(op, `indices must fit [${shape.join(', ')}]`, wanted);
  const strides = stridesOf(shape);
  const own = stridesOf(wanted);
  return (indices, i) => {
    let at = place(op, indices[i]!, shape[axis]!) * strides[axis]!;
    for (let d = 0; d < wanted.length; d++) {
      if (d !== axis) at += (Math.floor(i / own[d]!) % wanted[d]!) * strides[d]!;
    }
    return at;
  };
}

const gatherElements: Compute = (node, [x, indices]) => {
  const { shape, type } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), shape.length, node.op);
  const placeOf = elementPlaces(node.op, shape, indices!.shape, axis);
  return {
    outputs: [{ shape: indices!.shape, type }],
    run([data, places], [out]) {
      for (let i = 0; i < out!.length; i++) out![i] = data![placeOf(places!, i)]!;
    },
  };
};

const REDUCTIONS: Readonly<Record<string, (old: number, value: number) => number>> = {
  none: (_old, value) => value,
  add: (old, value) => old + value,
  mul: (old, value) => old * value,
  max: Math.max,
  min: Math.min,
};

function unknownReduction({ node }: PlanNode): string | undefined {
  const reduction = attributeOf(node, 'reduction', 'string', 'none');
  return Object.hasOwn(REDUCTIONS, reduction) ? undefined : `reduction=${reduction}`;
}

const scatterElements: Compute = (node, [x, indices, updates]) => {
  const { shape } = x!;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 0), shape.length, node.op);
  const placeOf = elementPlaces(node.op, shape, indices!.shape, axis);
  const reduction = REDUCTIONS[attributeOf(node, 'reduction', 'string', 'none')]!;
  if (String(updates!.shape) !== String(indices!.shape)) {
    throw shapeError(node.op, `updates must be [${indices!.shape}]`, updates!.shape);
  }
  return {
    outputs: [x!],
    run([data, places, values], [out]) {
      for (let i = 0; i < out!.length; i++) out![i] = data![i]!;
      for (let i = 0; i < places!.length; i++) {
        const at = placeOf(places!, i);
        out![at] = reduction(out![at]!, values![i]!);
      }
    },
  };
};

const gatherND: Compute = (node, [x, indices]) => {
  const { shape, type } = x!;
  const batch = attributeOf(node, 'batch_dims', 'int', 0);
  const depth = indices!.shape.at(-1) ?? 0;
  const rest = shape.slice(batch + depth);
  if (batch < 0 || batch + depth > shape.length || batch >= indices!.shape.length) {
    throw shapeError(node.op, `indices of ${depth} after ${batch} do not fit`, shape);
  }
  if (String(indices!.shape.slice(0, batch)) !== String(shape.slice(0, batch))) {
    throw shapeError(node.op, `indices must begin with [${shape.slice(0, batch)}]`, indices!.shape);
  }
  const strides = stridesOf(shape);
  const row = count(rest);
  const rows = count(indices!.shape.slice(0, -1));
  const batches = count(shape.slice(0, batch));
  return {
    outputs: [{ shape: [...indices!.shape.slice(0, -1), ...rest], type }],
    run([data, places], [out]) {
      for (let r = 0; r < rows; r++) {
        let from = Math.floor((r * batches) / rows) * count(shape.slice(batch));
        for (let d = 0; d < depth; d++) {
          from += place(node.op, places![r * depth + d]!, shape[batch + d]!) * strides[batch + d]!;
        }
        for (let j = 0; j < row; j++) out![r * row + j] = data![from + j]!;
      }
    },
  };
};

const scatterND: Compute = (node, [x, indices, updates]) => {
  const { shape } = x!;
  const depth = indices!.shape.at(-1) ?? 0;
  const wanted = [...indices!.shape.slice(0, -1), ...shape.slice(depth)];
  if (depth > shape.length) throw shapeError(node.op, `indices of ${depth} do not fit`, shape);
  if (String(updates!.shape) !== String(wanted)) {
    throw shapeError(node.op, `updates must be [${wanted}]`, updates!.shape);
  }
  const reduction = REDUCTIONS[attributeOf(node, 'reduction', 'string', 'none')]!;
  const strides = stridesOf(shape);
  const row = count(shape.slice(depth));
  const rows = count(indices!.shape.slice(0, -1));
  return {
    outputs: [x!],
    run([data, places, values], [out]) {
      for (let i = 0; i < out!.length; i++) out![i] = data![i]!;
      for (let r = 0; r < rows; r++) {
        let to = 0;
        for (let d = 0; d < depth; d++)
          to += place(node.op, places![r * depth + d]!, shape[d]!) * strides[d]!;
        for (let j = 0; j < row; j++) out![to + j] = reduction(out![to + j]!, values![r * row + j]!);
      }
    },
  };
};

/** The first steps of each sequence backwards, as many as it is long; the others stay. */
const reverseSequence: Compute = (node, [x, lengths]) => {
  const { shape } = x!;
  const time = attributeOf(node, 'time_axis', 'int', 0);
  const batch = attributeOf(node, 'batch_axis', 'int', 1);
  if (shape.length < 2 || time + batch !== 1 || time * batch !== 0) {
    throw shapeError(node.op, `time and batch must be the first two axes, not ${time} and ${batch}`, shape);
  }
  const [T, B] = [shape[time]!, shape[batch]!];
  if (String(lengths!.shape) !== String([B])) {
    throw shapeError(node.op, `sequence_lens must be [${B}]`, lengths!.shape);
  }
  const row = count(shape.slice(2));
  const [timeStep, batchStep] = time === 0 ? [B * row, row] : [row, T * row];
  return {
    outputs: [x!],
    run([data, given], [out]) {
      checkLengths(given!, T);
      for (let b = 0; b < B; b++) {
        for (let t = 0; t < T; t++) {
          const from = b * batchStep + (t < given![b]! ? given![b]! - 1 - t : t) * timeStep;
          const to = b * batchStep + t * timeStep;
          for (let j = 0; j < row; j++) out![to + j] = data![from + j]!;
        }
      }
    },
  };
};

const oneHot: Compute = (node, [indices, wanted, values]) => {
  const depth = numbersOf(wanted)![0]!;
  const [off = 0, on = 1] = numbersOf(values)!;
  const { shape } = indices!;
  const rank = shape.length + 1;
  const axis = axisOf(attributeOf(node, 'axis', 'int', -1), rank, node.op);
  const inner = count(shape.slice(axis));
  return {
    outputs: [{ shape: [...shape.slice(0, axis), depth, ...shape.slice(axis)], type: values!.type }],
    run([places], [out]) {
      out!.fill(off);
      for (let i = 0; i < places!.length; i++) {
        const index = places![i]!;
        const at = index < 0 ? index + depth : index;
        // Outside there is no hot one, says ONNX.
        if (at >= 0 && at < depth) out![(Math.floor(i / inner) * depth + at) * inner + (i % inner)] = on;
      }
    },
  };
};

export const GATHER: Readonly<Record<string, Operator | readonly Operator[]>> = {
  Gather: [gatherKnown, computed(gatherRows, { needs: 2 })],
  GatherElements: computed(gatherElements, { needs: 2 }),
  GatherND: computed(gatherND, { needs: 2 }),
  ScatterElements: computed(scatterElements, { needs: 3, refuses: unknownReduction }),
  ScatterND: computed(scatterND, { needs: 3, refuses: unknownReduction }),
  ReverseSequence: computed(reverseSequence, { needs: 2 }),
  OneHot: computed(oneHot, { hosted: 1, needs: 3 }),
};
