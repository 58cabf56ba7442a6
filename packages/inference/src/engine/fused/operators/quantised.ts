/**
 * Activations in 8 bits, as onnxruntime's quantisers write them: QuantizeLinear and DequantizeLinear (static),
 * DynamicQuantizeLinear and MatMulInteger (dynamic). The weights of the last stay int8, and its product is the int8
 * kernel's, whose activations of 14 or 16 bits hold 8 bits within 1 / 8000.
 */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { packMatrix, scratchBytes } from '@rivulet/kernels/infer';
import { type Compute, computed } from '../computed.ts';
import type { Constant } from '../constants.ts';
import type { GraphFacts, Operator, PlanNode } from '../operator.ts';
import { levelsOf } from '../ranges.ts';
import { axisOf, count, shapeError, type Value } from '../value.ts';
import { roundEven } from './rareElementwise.ts';

/** Which scale each element has: one for all, or one for each place on an axis. @throws MODEL_SHAPE */
function scaleOf(node: OnnxNode, x: Value, scale: Value): (element: number) => number {
  if (count(scale.shape) === 1) return () => 0;
  const axis = axisOf(attributeOf(node, 'axis', 'int', 1), x.shape.length, node.op);
  const [n, inner] = [x.shape[axis]!, count(x.shape.slice(axis + 1))];
  if (scale.shape.length !== 1 || scale.shape[0] !== n) {
    throw shapeError(node.op, `scales must be [${n}]`, scale.shape);
  }
  return (element) => Math.floor(element / inner) % n;
}

/** In float32, as ONNX has it: 0.35 lies halfway between 3 and 4 times 0.1, a little below in float64. */
const nearest = (x: number, scale: number): number => roundEven(Math.fround(x / scale));

const quantiseInto =
  ([least, most]: readonly [number, number]): Compute =>
  (node, [x, scale, zero]) => {
    const place = scaleOf(node, x!, scale!);
    return {
      outputs: [{ shape: x!.shape, type: 'int32' }],
      run([data, scales, zeros], [out]) {
        for (let i = 0; i < out!.length; i++) {
          const s = place(i);
          const level = nearest(data![i]!, scales![s]!) + (zero ? zeros![s]! : 0);
          out![i] = Math.min(most, Math.max(least, level));
        }
      },
    };
  };

const quantise: Operator = {
  needs: 2,
  refuses: (plan, facts) =>
    levelsOf(plan, facts) && !attributeOf(plan.node, 'block_size', 'int', 0)
      ? undefined
      : 'numbers of another type than 8 or 16 bits',
  prepare: (plan, loader) =>
    computed(quantiseInto(levelsOf(plan, loader)!), { needs: 2 }).prepare(plan, loader),
};

const dequantise: Compute = (node, [x, scale, zero]) => {
  const place = scaleOf(node, x!, scale!);
  return {
    outputs: [{ shape: x!.shape, type: 'float32' }],
    run([data, scales, zeros], [out]) {
      for (let i = 0; i < out!.length; i++) {
        const s = place(i);
        out![i] = (data![i]! - (zero ? zeros![s]! : 0)) * scales![s]!;
      }
    },
  };
};

/** The range of the whole tensor, 0 in it, on 0 ... 255. */
const dynamic: Compute = (_node, [x]) => ({
  outputs: [
    { shape: x!.shape, type: 'int32' },
    { shape: [], type: 'float32' },
    { shape: [], type: 'int32' },
  ],
  run([data], [out, scales, zeros]) {
    let [least, most] = [0, 0];
    for (let i = 0; i < data!.length; i++) {
      least = Math.min(least, data![i]!);
      most = Math.max(most, data![i]!);
    }
    const scale = Math.fround(Math.fround(most - least) / 255);
    const by = scale === 0 ? 1 : scale;
    const zero = Math.min(255, Math.max(0, nearest(-least, by)));
    for (let i = 0; i < out!.length; i++) {
      out![i] = Math.min(255, Math.max(0, nearest(data![i]!, by) + zero));
    }
    scales![0] = by;
    zeros![0] = zero;
  },
});

interface IntegerWeights {
  /** [K, N] around the middle of their type. */
  readonly data: Int8Array;
  /** How far from there the zero of each of the N columns is; undefined: it is there. */
  readonly zeros: Float64Array | undefined;
}

/** @returns why not, where they are not known or not of 8 bits */
function weightsOf({ inputs }: PlanNode, facts: GraphFacts): IntegerWeights | string {
  const constant = facts.constant(inputs[1]);
  const given = bytesOf(constant);
  const [, N = 0] = constant?.tensor.shape ?? [];
  if (!given || constant?.tensor.shape.length !== 2) {
    return 'weights that are no constant matrix of 8 bits';
  }
  const middle = given instanceof Uint8Array ? 128 : 0;
  const around = inputs[3] ? bytesOf(facts.constant(inputs[3])) : Uint8Array.of(0);
  if (!around) return 'weights around a zero that is no constant of 8 bits';
  if (around.length !== 1 && around.length !== N) return `${around.length} zeros of ${N} columns`;
  const data = given instanceof Int8Array ? given : Int8Array.from(given, (value) => value - middle);
  if (around.every((zero) => zero === middle)) return { data, zeros: undefined };
  const zeros = Float64Array.from({ length: N }, (_, n) => around[n % around.length]! - middle);
  return { data, zeros };
}

export function bytesOf(constant: Constant | undefined): Int8Array | Uint8Array | undefined {
  const data = constant?.kind === 'plain' ? constant.tensor.data : undefined;
  return data instanceof Int8Array || data instanceof Uint8Array ? data : undefined;
}

/** Integers come out as float32: the Cast behind it has nothing left to do. */
const matMulInteger: Operator = {
  packs: [1, 3],
  needs: 2,

  refuses(plan, facts) {
    const weights = weightsOf(plan, facts);
    return typeof weights === 'string' ? weights : undefined;
  },

  prepare(plan, loader) {
    const { machine } = loader;
    const [K = 0, N = 0] = loader.constant(plan.inputs[1])!.tensor.shape;
    const { data, zeros } = weightsOf(plan, loader) as IntegerWeights;
    const matrix = packMatrix(machine, {
      ...{ data, scales: new Float32Array(N).fill(1) },
      ...{ outputs: N, inputs: K, outputStride: 1, inputStride: N },
    });
    return (binder, [levels, , zero]) => {
      const x = binder.device(levels!, 'int32');
      if (x.shape.at(-1) !== K) throw shapeError(plan.node.op, `the last must be ${K}`, x.shape);
      const zeroAt = zero && binder.device(zero, 'int32').buffer.at >> 2;
      if (zero && count(zero.shape) !== 1) throw shapeError(plan.node.op, 'one zero for all', zero.shape);
      const M = count(x.shape.slice(0, -1));
      const rows = binder.temporary(M * K * 4);
      const scratch = binder.temporary(scratchBytes(machine, matrix, M));
      const y = binder.make([...x.shape.slice(0, -1), N]);
      const [from, to] = [x.buffer.at >> 2, rows >> 2];
      binder.step(() => {
        const { f32, i32, wasm } = machine;
        const shift = zeroAt ? i32[zeroAt]! : 0;
        for (let i = 0; i < M * K; i++) f32[to + i] = i32[from + i]! - shift;
        wasm.multiply(matrix.at, rows, K * 4, M, y.buffer.at, N * 4, 0, scratch);
        if (zeros) aroundZeros(zeros, f32.subarray(to, to + M * K), f32.subarray(y.buffer.at >> 2), M);
      });
      return [y];
    };
  },
};

/** A column's zero times the sum of the row is what its weights, taken from the middle, have too much. */
function aroundZeros(zeros: Float64Array, rows: Float32Array, y: Float32Array, M: number): void {
  const [N, K] = [zeros.length, rows.length / M];
  for (let m = 0; m < M; m++) {
    let sum = 0;
    for (let k = 0; k < K; k++) sum += rows[m * K + k]!;
    for (let n = 0; n < N; n++) y[m * N + n]! -= sum * zeros[n]!;
  }
}

export const QUANTISED: Readonly<Record<string, Operator>> = {
  QuantizeLinear: quantise,
  DequantizeLinear: computed(dequantise, {
    needs: 2,
    refuses: ({ node }) => (attributeOf(node, 'block_size', 'int', 0) ? 'scales of blocks' : undefined),
  }),
  DynamicQuantizeLinear: computed(dynamic),
  MatMulInteger: matMulInteger,
};
