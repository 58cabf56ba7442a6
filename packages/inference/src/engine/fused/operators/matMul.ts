/** MatMul and Gemm of any two matrices: attention's products, and what dense.ts does not pack. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { type Compute, computed, type Numbers, type Writable } from '../computed.ts';
import { broadcast, count, shapeError, spreadStrides, type Value } from '../value.ts';
import { walk } from '../walk.ts';

interface Operand {
  /** Where its matrix begins. */
  readonly at: number;
  readonly rowStep: number;
  readonly step: number;
}

/** out [M, N] += a [M, K] . b [K, N] */
function multiply(
  a: Numbers,
  left: Operand,
  b: Numbers,
  right: Operand,
  out: Writable,
  to: number,
  [M, K, N]: readonly [number, number, number],
): void {
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) {
        sum +=
          a[left.at + m * left.rowStep + k * left.step]! * b[right.at + k * right.rowStep + n * right.step]!;
      }
      out[to + m * N + n] = sum;
    }
  }
}

function inner(node: OnnxNode, a: Value, b: Value, K: number, other: number): void {
  if (K !== other) throw shapeError(node.op, `[${a.shape.join(', ')}] does not fit`, b.shape);
}

/** Lists stand for a matrix of one row (left) or one column (right), which the result leaves out. */
const matMul: Compute = (node, [a, b]) => {
  const left = a!.shape.length === 1 ? [1, a!.shape[0]!] : a!.shape;
  const right = b!.shape.length === 1 ? [b!.shape[0]!, 1] : b!.shape;
  if (left.length < 2 || right.length < 2) throw shapeError(node.op, 'a number is no matrix', []);
  const [M, K, N] = [left.at(-2)!, left.at(-1)!, right.at(-1)!] as const;
  inner(node, a!, b!, K, right.at(-2)!);
  const [leftBatch, rightBatch] = [left.slice(0, -2), right.slice(0, -2)];
  const batch = broadcast(node.op, leftBatch, rightBatch);
  const walked = walk(batch, [spreadStrides(leftBatch, batch), spreadStrides(rightBatch, batch)]);
  const shape = [...batch, ...(a!.shape.length === 1 ? [] : [M]), ...(b!.shape.length === 1 ? [] : [N])];
  return {
    outputs: [{ shape, type: a!.type }],
    grows: true,
    run([from, by], [out]) {
      let to = 0;
      walked.each(([i, j]) => {
        for (let r = 0; r < walked.run; r++) {
          const one = { at: (i! + r * walked.steps[0]!) * M * K, rowStep: K, step: 1 };
          const two = { at: (j! + r * walked.steps[1]!) * K * N, rowStep: N, step: 1 };
          multiply(from!, one, by!, two, out!, to, [M, K, N]);
          to += M * N;
        }
      });
    },
  };
};

const gemm: Compute = (node, [a, b, c]) => {
  if (a!.shape.length !== 2 || b!.shape.length !== 2) throw shapeError(node.op, 'two matrices', a!.shape);
  const flag = (name: string): boolean => attributeOf(node, name, 'int', 0) !== 0;
  const factor = (name: string): number => attributeOf(node, name, 'float', 1);
  const sizes = (shape: readonly number[], turned: boolean): readonly number[] =>
    turned ? [...shape].reverse() : shape;
  const [M, K] = sizes(a!.shape, flag('transA')) as [number, number];
  const [rows, N] = sizes(b!.shape, flag('transB')) as [number, number];
  inner(node, a!, b!, K, rows);
  const left = flag('transA') ? { at: 0, rowStep: 1, step: M } : { at: 0, rowStep: K, step: 1 };
  const right = flag('transB') ? { at: 0, rowStep: 1, step: K } : { at: 0, rowStep: N, step: 1 };
  const [alpha, beta] = [factor('alpha'), factor('beta')];
  if (c) broadcast(node.op, c.shape, [M, N]);
  const [down = 0, along = 0] = c ? spreadStrides(c.shape, [M, N]) : [];
  return {
    outputs: [{ shape: [M, N], type: a!.type }],
    grows: true,
    run([from, by, bias], [out]) {
      multiply(from!, left, by!, right, out!, 0, [M, K, N]);
      for (let i = 0; i < count([M, N]); i++) {
        const added = c ? bias![Math.floor(i / N) * down + (i % N) * along]! : 0;
        out![i] = alpha * out![i]! + beta * added;
      }
    },
  };
};

export const anyMatMul = computed(matMul, { needs: 2 });
export const anyGemm = computed(gemm, { needs: 2 });
