/** MatMul by a constant and Gemm, with the constant that is added behind it. */
import { attributeOf } from '@rivulet/core';
import { packMatrix, scratchBytes } from '@rivulet/kernels/infer';
import { floatsOf, matrixOf } from '../constants.ts';
import type { GraphFacts, Operator, PlanNode } from '../operator.ts';
import { count, shapeError } from '../value.ts';

export const dense: Operator = {
  packs: [1, 2],
  needs: 2,

  refuses(plan, facts) {
    const { node } = plan;
    const constant = facts.constant(plan.inputs[1]);
    if (!constant) return 'two operands that are not constant';
    const { shape } = constant.tensor;
    if (shape.length !== 2) return `a matrix of ${shape.length} dimensions`;
    if (!matrixOf(constant, [outputAxis(plan)])) return 'a matrix of another type than float32 and int8';
    if (node.op === 'Gemm') {
      if (attributeOf(node, 'transA', 'int', 0) !== 0) return 'transA';
      const scaled =
        attributeOf(node, 'alpha', 'float', 1) !== 1 || attributeOf(node, 'beta', 'float', 1) !== 1;
      if (scaled) return 'alpha or beta';
    }
    const outputs = shape[outputAxis(plan)]!;
    const name = biasName(plan);
    return name && !biasOf(facts.constant(name), outputs) ? 'a bias that is no constant row' : undefined;
  },

  takesRange: (plan, facts) =>
    matrixOf(facts.constant(plan.inputs[1]), [outputAxis(plan)])?.data instanceof Int8Array,

  prepare(plan, loader) {
    const { machine } = loader;
    loader.pin(plan.inputs[0]);
    const axis = outputAxis(plan);
    const { shape, data, scales } = matrixOf(loader.constant(plan.inputs[1]), [axis])!;
    const N = shape[axis]!;
    const K = shape[1 - axis]!;
    const matrix = packMatrix(machine, {
      ...{ data, scales, outputs: N, inputs: K, range: plan.range },
      ...(axis === 0 ? {} : { outputStride: 1, inputStride: N }),
    });
    const name = biasName(plan);
    const bias = name ? machine.upload(biasOf(loader.constant(name), N)!) : 0;
    const op = plan.node.op;
    return (binder, [input]) => {
      const x = binder.device(input!);
      const rank = x.shape.length;
      if (rank < 1 || x.shape[rank - 1] !== K) throw shapeError(op, `the last must be ${K}`, x.shape);
      if (op === 'Gemm' && rank !== 2) throw shapeError(op, 'a matrix must stand there', x.shape);
      const y = binder.make([...x.shape.slice(0, -1), N]);
      const M = count(x.shape.slice(0, -1));
      const scratch = binder.temporary(scratchBytes(machine, matrix, M));
      const { multiply } = machine.wasm;
      const [from, to] = [x.buffer.at, y.buffer.at];
      binder.step(() => multiply(matrix.at, from, K * 4, M, to, N * 4, bias, scratch));
      return [y];
    };
  },
};

/** The axis of the matrix that counts outputs. */
function outputAxis({ node }: PlanNode): 0 | 1 {
  return node.op === 'Gemm' && attributeOf(node, 'transB', 'int', 0) !== 0 ? 0 : 1;
}

function biasName({ node, inputs, bias }: PlanNode): string | undefined {
  return bias ?? (node.op === 'Gemm' ? inputs[2] : undefined);
}

/** A row of N floats from what broadcasts to it and adds no dimension: one number, [N], [1, N]. */
export function biasOf(constant: ReturnType<GraphFacts['constant']>, N: number): Float32Array | undefined {
  const data = floatsOf(constant);
  if (!constant || !data) return undefined;
  const { shape } = constant.tensor;
  if (shape.length > 2) return undefined;
  if (data.length === 1) return new Float32Array(N).fill(data[0]!);
  return data.length === N && shape[shape.length - 1] === N ? data : undefined;
}
