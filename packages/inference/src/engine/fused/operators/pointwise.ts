/** Activations; Add, Sub, Mul, Div with ONNX's broadcasting; Softmax and LogSoftmax. */
import { activationsOf, attributeOf } from '@rivulet/core';
import { ACTIVATION_CODES } from '@rivulet/kernels/infer';
import type { Binder } from '../binder.ts';
import type { Operator, Settle } from '../operator.ts';
import { axisOf, broadcast, count, type DeviceValue, spreadStrides } from '../value.ts';
import { ELEMENTWISE } from './elementwise.ts';
import type { OperatorTable } from './usualOperators.ts';

const BINARY: Readonly<Record<string, number>> = { Add: 0, Sub: 1, Mul: 2, Div: 3 };

const settle: Settle = (node, ...known) => ELEMENTWISE[node.op]!.settle!(node, ...known);

/** The kernels' own, for floats; integers, and what is known before running, go the way of all others. */
const unary: Operator = {
  ...ELEMENTWISE.Relu!,
  settle,
  prepare(plan, loader) {
    const { op, attributes } = plan.node;
    const other = ELEMENTWISE[op]!.prepare(plan, loader);
    const given = ['alpha', 'beta'].map((name) =>
      attributes[name] ? [attributeOf(plan.node, name, 'float', 0)] : [],
    );
    const { name, alpha, beta } = activationsOf([op], ...given)[0]!;
    const kind = ACTIVATION_CODES[name];
    return (binder, inputs, bound) => {
      if (inputs[0]!.type !== 'float32') return other(binder, inputs, bound);
      const x = binder.device(inputs[0]!);
      const y = binder.make(x.shape);
      const { apply } = binder.machine.wasm;
      const [from, to, size] = [x.buffer.at, y.buffer.at, count(x.shape)];
      binder.step(() => apply(kind, from, to, size, alpha, beta));
      return [y];
    };
  },
};

const binary: Operator = {
  ...ELEMENTWISE.Add!,
  settle,
  prepare(plan, loader) {
    const { op } = plan.node;
    const other = ELEMENTWISE[op]!.prepare(plan, loader);
    const kind = BINARY[op]!;
    return (binder, inputs, bound) => {
      if (inputs.some((value) => value!.type !== 'float32')) return other(binder, inputs, bound);
      const [a, b] = inputs.map((value) => binder.device(value!)) as [DeviceValue, DeviceValue];
      const y = binder.make(broadcast(op, a.shape, b.shape));
      binder.step(combineStep(binder, kind, a, b, y));
      return [y];
    };
  },
};

/**
 * Runs of the innermost dimensions in which each operand is either whole or one number go to the kernel; the
 * dimensions above are walked here.
 */
function combineStep(
  { machine }: Binder,
  op: number,
  a: DeviceValue,
  b: DeviceValue,
  y: DeviceValue,
): () => void {
  const rank = y.shape.length;
  const [aStrides, bStrides] = [spreadStrides(a.shape, y.shape), spreadStrides(b.shape, y.shape)];
  let outer = rank;
  let run = 1;
  let [aIsOne, bIsOne] = [false, false];
  for (; outer > 0; outer--) {
    const size = y.shape[outer - 1]!;
    if (size === 1) continue;
    const ones = [aStrides[outer - 1] === 0, bStrides[outer - 1] === 0] as const;
    if (run > 1 && (ones[0] !== aIsOne || ones[1] !== bIsOne)) break;
    [aIsOne, bIsOne] = ones;
    run *= size;
  }
  const [aStep, bStep] = [aIsOne ? 0 : 16, bIsOne ? 0 : 16];
  const rows = count(y.shape.slice(0, outer));
  const at = new Int32Array(outer);
  const { combine } = machine.wasm;
  return () => {
    let [from, by] = [a.buffer.at, b.buffer.at];
    at.fill(0);
    // In order: a row may be written up to three floats too far, into the row that comes next.
    for (let row = 0; row < rows; row++) {
      combine(op, from, aStep, by, bStep, y.buffer.at + row * run * 4, run);
      for (let d = outer - 1; d >= 0; d--) {
        from += aStrides[d]! * 4;
        by += bStrides[d]! * 4;
        if (++at[d]! < y.shape[d]!) break;
        from -= aStrides[d]! * at[d]! * 4;
        by -= bStrides[d]! * at[d]! * 4;
        at[d] = 0;
      }
    }
  };
}

const softmax: Operator = {
  refuses: () => undefined,
  prepare({ node }, { opset }) {
    const log = node.op === 'LogSoftmax' ? 1 : 0;
    const old = opset < 13;
    const wanted = attributeOf(node, 'axis', 'int', old ? 1 : -1);
    return (binder, [input]) => {
      const x = binder.device(input!);
      const axis = axisOf(wanted, x.shape.length, node.op);
      // Before opset 13 everything from the axis on is one row.
      const width = old ? count(x.shape.slice(axis)) : x.shape[axis]!;
      const inner = old ? 1 : count(x.shape.slice(axis + 1));
      const rows = count(x.shape.slice(0, axis));
      const y = binder.make(x.shape);
      const [from, to] = [x.buffer.at, y.buffer.at];
      const { machine } = binder;
      if (inner === 1) {
        binder.step(() => machine.wasm.softmax(from, to, rows, width, log));
        return [y];
      }
      // Along another axis: each row is brought together, computed and spread again.
      const row = binder.temporary(width * 4);
      binder.step(() => {
        const { f32, wasm } = machine;
        for (let r = 0; r < rows * inner; r++) {
          const start = Math.floor(r / inner) * width * inner + (r % inner);
          for (let i = 0; i < width; i++) f32[(row >> 2) + i] = f32[(from >> 2) + start + i * inner]!;
          wasm.softmax(row, row, 1, width, log);
          for (let i = 0; i < width; i++) f32[(to >> 2) + start + i * inner] = f32[(row >> 2) + i]!;
        }
      });
      return [y];
    };
  },
};

/** By ONNX's name. */
export const POINTWISE: OperatorTable = {
  Relu: unary,
  Tanh: unary,
  Sigmoid: unary,
  Elu: unary,
  HardSigmoid: unary,
  LeakyRelu: unary,
  Softplus: unary,
  Softsign: unary,
  ThresholdedRelu: unary,
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Softmax: softmax,
  LogSoftmax: softmax,
};
