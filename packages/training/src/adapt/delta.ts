/**
 * The change that a person's own samples made to a model: for each trained parameter either what is added to it, or
 * the two factors of what is added. A model with its delta is the model plus this; taking it back is forgetting it.
 */
import { fromHalf, RivuletError, toHalf } from '@rivulet/core';
import type { NetworkPlan } from '../nn/networkPlan.ts';
import type { Parameter } from '../nn/operation.ts';
import type { AdaptMethod } from './api.ts';

export type Precision = 'float16' | 'float32';

export interface DeltaPart {
  /** Name of the parameter. */
  readonly parameter: string;
  /** The parameter's shape; absent where it is the product of the factors. */
  readonly sum?: Float32Array | undefined;
  /** [dirs, rows, rank] */
  readonly a?: Float32Array | undefined;
  /** [dirs, rank, columns] */
  readonly b?: Float32Array | undefined;
}

export interface Delta {
  readonly method: AdaptMethod;
  readonly layers: number;
  /** 0 where parts are sums. */
  readonly rank: number;
  readonly precision: Precision;
  readonly parts: readonly DeltaPart[];
}

/** A matrix of a layer as [dirs, rows, columns]. */
export function matrixShape({ shape }: Parameter): readonly [dirs: number, rows: number, columns: number] {
  const [dirs, rows, columns] = shape.length === 3 ? shape : [1, ...shape];
  return [dirs!, rows!, columns!];
}

/**
 * `out` += A B, in float64 before it is rounded once: the training and every reader of the file get the same bits.
 * @param out [dirs, rows, columns]
 */
export function addProduct(
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  [dirs, rows, columns]: readonly [number, number, number],
  rank: number,
): void {
  const sums = new Float64Array(columns);
  for (let dir = 0; dir < dirs; dir++) {
    for (let row = 0; row < rows; row++) {
      const at = (dir * rows + row) * columns;
      sums.fill(0);
      for (let k = 0; k < rank; k++) {
        const factor = a[(dir * rows + row) * rank + k]!;
        const from = (dir * rank + k) * columns;
        for (let column = 0; column < columns; column++) sums[column]! += factor * b[from + column]!;
      }
      for (let column = 0; column < columns; column++) out[at + column]! += sums[column]!;
    }
  }
}

/**
 * @param base [plan.floats]
 * @returns [plan.floats] a copy with the delta added
 * @throws DELTA_MODEL when a part is of no parameter of the plan, or of another shape
 */
export function applyDelta(plan: NetworkPlan, base: Float32Array, { parts, rank }: Delta): Float32Array {
  const weights = base.slice();
  for (const { parameter: name, sum, a, b } of parts) {
    const parameter = plan.parameters.find((each) => each.name === name);
    if (!parameter) throw foreign(name, 'a parameter of the network', 'none');
    const out = weights.subarray(parameter.offset, parameter.offset + parameter.size);
    if (sum) {
      if (sum.length !== out.length) throw foreign(name, out.length, sum.length);
      for (let i = 0; i < out.length; i++) out[i]! += sum[i]!;
      continue;
    }
    const [dirs, rows, columns] = matrixShape(parameter);
    const [wantedA, wantedB] = [dirs * rows * rank, dirs * rank * columns];
    if (!parameter.matrix || a?.length !== wantedA || b?.length !== wantedB) {
      throw foreign(name, [wantedA, wantedB], [a?.length, b?.length]);
    }
    addProduct(out, a, b, [dirs, rows, columns], rank);
  }
  return weights;
}

function foreign(parameter: string, expected: unknown, got: unknown): RivuletError {
  return new RivuletError('DELTA_MODEL', `The delta does not fit ${parameter} of this network`, {
    parameter,
    expected,
    got,
  });
}

/** The delta as its file will hold it. */
export function roundDelta(delta: Delta): Delta {
  if (delta.precision === 'float32') return delta;
  const round = (values: Float32Array | undefined) => values?.map((value) => fromHalf(toHalf(value)));
  return {
    ...delta,
    parts: delta.parts.map(({ parameter, sum, a, b }) => ({
      parameter,
      sum: round(sum),
      a: round(a),
      b: round(b),
    })),
  };
}
