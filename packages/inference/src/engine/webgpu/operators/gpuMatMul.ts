/** MatMul and Gemm of any two matrices, with the constant that is added behind a MatMul. */
import { attributeOf } from '@rivulet/core';
import { type GpuFactor, productCall } from '@rivulet/kernels/webgpu';
import { biasOf } from '../../fused/operators/dense.ts';
import { broadcast, count, shapeError, spreadStrides } from '../../fused/value.ts';
import { walk } from '../../fused/walk.ts';
import type { GpuPlace } from '../gpuBinder.ts';
import { type GpuOperator, rulesOf } from '../gpuOperator.ts';

/** Lists stand for a matrix of one row (left) or one column (right), which the result leaves out. */
export const gpuMatMul: GpuOperator = {
  ...rulesOf('MatMul'),

  prepare({ node, inputs, bias }, loader) {
    for (const name of inputs) loader.pin(name);
    const constant = loader.constant(bias);
    const columns = loader.constant(inputs[1])?.tensor.shape[1] ?? 0;
    const added = constant && loader.machine.upload(biasOf(constant, columns)!);
    return (binder, values) => {
      const [a, b] = values.map((value) => binder.device(value!)) as [
        ReturnType<typeof binder.device>,
        ReturnType<typeof binder.device>,
      ];
      const left = a.shape.length === 1 ? [1, a.shape[0]!] : a.shape;
      const right = b.shape.length === 1 ? [b.shape[0]!, 1] : b.shape;
      if (left.length < 2 || right.length < 2) throw shapeError(node.op, 'a number is no matrix', []);
      const [M, K, N] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
      if (right.at(-2) !== K) throw shapeError(node.op, `[${a.shape.join(', ')}] does not fit`, b.shape);
      const [leftBatch, rightBatch] = [left.slice(0, -2), right.slice(0, -2)];
      const batch = broadcast(node.op, leftBatch, rightBatch);
      const y = binder.make([
        ...batch,
        ...(a.shape.length === 1 ? [] : [M]),
        ...(b.shape.length === 1 ? [] : [N]),
      ]);
      const multiply = (rows: number, matrices: number, at: readonly number[], steps: readonly number[]) =>
        productCall<GpuPlace>({
          ...{ rows, columns: N, depth: K, matrices },
          a: { place: a.buffer.at, start: at[0]! * M * K, row: K, step: 1, matrix: steps[0]! * M * K },
          b: { place: b.buffer.at, start: at[1]! * K * N, row: N, step: 1, matrix: steps[1]! * K * N },
          bias: added && { place: added, row: 0, step: 1 },
          ...{ to: y.buffer.at, toStart: at[2]! * M * N },
        });
      if (rightBatch.every((n) => n === 1)) {
        // All rows of all matrices meet the same one: one product.
        binder.call(multiply(count(leftBatch) * M, 1, [0, 0, 0], [0, 0]));
        return [y];
      }
      const { run, steps, each } = walk(batch, [
        spreadStrides(leftBatch, batch),
        spreadStrides(rightBatch, batch),
      ]);
      let done = 0;
      each(([from, by]) => {
        binder.call(multiply(M, run, [from!, by!, done], steps));
        done += run;
      });
      return [y];
    };
  },
};

export const gpuGemm: GpuOperator = {
  ...rulesOf('Gemm'),

  prepare({ node, inputs }, loader) {
    for (const name of inputs) loader.pin(name);
    const flag = (name: string): boolean => attributeOf(node, name, 'int', 0) !== 0;
    const [turnA, turnB] = [flag('transA'), flag('transB')];
    const [alpha, beta] = ['alpha', 'beta'].map((name) => attributeOf(node, name, 'float', 1));
    return (binder, values) => {
      const [a, b, c] = values.map((value) => value && binder.device(value));
      if (a!.shape.length !== 2 || b!.shape.length !== 2) throw shapeError(node.op, 'two matrices', a!.shape);
      const sizes = (shape: readonly number[], turned: boolean) => (turned ? shape.toReversed() : shape);
      const [M, K] = sizes(a!.shape, turnA) as [number, number];
      const [rows, N] = sizes(b!.shape, turnB) as [number, number];
      if (K !== rows) throw shapeError(node.op, `[${a!.shape.join(', ')}] does not fit`, b!.shape);
      if (c) broadcast(node.op, c.shape, [M, N]);
      const [down = 0, along = 0] = c ? spreadStrides(c.shape, [M, N]) : [];
      const y = binder.make([M, N]);
      const factor = (at: number, turned: boolean, [high, wide]: readonly number[]): GpuFactor<GpuPlace> =>
        turned ? { place: at, row: 1, step: high! } : { place: at, row: wide!, step: 1 };
      const call = productCall<GpuPlace>({
        ...{ rows: M, columns: N, depth: K, alpha: alpha!, beta: beta! },
        a: factor(a!.buffer.at, turnA, [M, K]),
        b: factor(b!.buffer.at, turnB, [K, N]),
        bias: c && { place: c.buffer.at, row: down, step: along },
        to: y.buffer.at,
      });
      binder.call(call);
      return [y];
    };
  },
};
