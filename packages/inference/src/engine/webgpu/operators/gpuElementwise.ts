/** What is computed number by number, with ONNX's broadcasting: floats, and the integers and truths of masks. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { type ElementOperator, elementCall, FLOAT_OPERATORS, WORD_OPERATORS } from '@rivulet/kernels/webgpu';
import { dependsOnData } from '../../fused/dependsOnData.ts';
import { castTo } from '../../fused/operators/elementwise.ts';
import { OPERATORS } from '../../fused/operators/operators.ts';
import {
  broadcast,
  type DeviceValue,
  type ElementType,
  numbersOf,
  spreadStrides,
  type Value,
} from '../../fused/value.ts';
import { merge } from '../../fused/walk.ts';
import type { GpuBinder } from '../gpuBinder.ts';
import { type GpuOperator, noKernel, rulesOf } from '../gpuOperator.ts';

interface Numbers {
  readonly alpha?: number;
  readonly beta?: number;
}

/** One kernel over operands that broadcast to each other. */
function over(
  binder: GpuBinder,
  { op }: OnnxNode,
  operator: ElementOperator,
  values: readonly Value[],
  type: ElementType,
  numbers: Numbers = {},
): DeviceValue {
  const placed = values.map((value) => binder.place(value));
  const shape = placed.map((value) => value.shape).reduce((a, b) => broadcast(op, a, b));
  const strides = placed.map((value) => spreadStrides(value.shape, shape));
  const y = binder.make(shape, type);
  const walk = { ...merge(shape, strides), ...numbers };
  const places = placed.map(({ buffer }) => buffer.at);
  binder.call(elementCall(operator, walk, places, y.buffer.at));
  return y;
}

const float = (node: OnnxNode, name: string, fallback: number): number =>
  attributeOf(node, name, 'float', fallback);

/** What these take beside their tensor: ONNX's attributes and defaults. */
const NUMBERS: Readonly<Record<string, (node: OnnxNode) => Numbers>> = {
  LeakyRelu: (node) => ({ alpha: float(node, 'alpha', 0.01) }),
  ThresholdedRelu: (node) => ({ alpha: float(node, 'alpha', 1) }),
  HardSigmoid: (node) => ({ alpha: float(node, 'alpha', 0.2), beta: float(node, 'beta', 0.5) }),
  Elu: (node) => ({ alpha: float(node, 'alpha', 1) }),
  Celu: (node) => ({ alpha: float(node, 'alpha', 1) }),
  Selu: (node) => ({ alpha: float(node, 'alpha', 1.6732632), beta: float(node, 'gamma', 1.0507009) }),
  Swish: (node) => ({ alpha: float(node, 'alpha', 1) }),
};

/** Of floats what FLOAT_OPERATORS has by ONNX's name, of integers what WORD_OPERATORS has. */
function bindPlain(binder: GpuBinder, node: OnnxNode, inputs: readonly Value[]): DeviceValue {
  const { op } = node;
  if (inputs[0]!.type === 'int32') {
    if (!Object.hasOwn(WORD_OPERATORS, op)) throw noKernel(node, 'of integers');
    return over(binder, node, { words: op as keyof typeof WORD_OPERATORS }, inputs, 'int32');
  }
  const tanh = op === 'Gelu' && attributeOf(node, 'approximate', 'string', 'none') === 'tanh';
  if (!Object.hasOwn(FLOAT_OPERATORS, op)) throw noKernel(node, 'of floats');
  const floats = (tanh ? 'GeluTanh' : op) as keyof typeof FLOAT_OPERATORS;
  const operands = inputs.map((value) => asFloats(binder, node, value));
  return over(binder, node, { floats }, operands, 'float32', NUMBERS[op]?.(node));
}

/** Of floats as they are; the exponent of a Pow may be of integers. */
function asFloats(binder: GpuBinder, node: OnnxNode, value: Value): Value {
  return value.type === 'float32' ? value : over(binder, node, { words: 'ToFloat' }, [value], 'float32');
}

function bindComparison(binder: GpuBinder, node: OnnxNode, inputs: readonly Value[]): DeviceValue {
  const words = inputs[0]!.type === 'float32' ? `${node.op}Floats` : node.op;
  if (!Object.hasOwn(WORD_OPERATORS, words)) throw noKernel(node, `of ${inputs[0]!.type}`);
  return over(binder, node, { words: words as keyof typeof WORD_OPERATORS }, inputs, 'int32');
}

/** Two at a time; a mean is divided in the end. */
function bindVariadic(binder: GpuBinder, node: OnnxNode, inputs: readonly Value[]): Value {
  const pair = node.op === 'Max' || node.op === 'Min' ? node.op : 'Add';
  const { type } = inputs[0]!;
  const operator = type === 'float32' ? { floats: pair } : { words: pair };
  const sum = inputs.reduce((a, b) => over(binder, node, operator as ElementOperator, [a, b], type));
  if (node.op !== 'Mean') return sum;
  if (type !== 'float32') throw noKernel(node, 'of integers');
  return over(binder, node, { floats: 'Scale' }, [sum], type, { alpha: 1 / inputs.length });
}

function bindCast(binder: GpuBinder, node: OnnxNode, [x]: readonly Value[]): Value {
  const to = attributeOf(node, 'to', 'int', 1);
  const floats = x!.type === 'float32';
  if (castTo(to) === 'float32') return asFloats(binder, node, x!);
  if (to === 9) {
    return over(binder, node, { words: floats ? 'TruthOfFloat' : 'TruthOfInteger' }, [x!], 'int32');
  }
  return floats ? over(binder, node, { words: 'ToInteger' }, [x!], 'int32') : x!;
}

function bindWhere(binder: GpuBinder, node: OnnxNode, inputs: readonly Value[]): DeviceValue {
  return over(binder, node, { words: 'Where' }, inputs, inputs[1]!.type);
}

/** Bounds are inputs, before opset 11 attributes. */
function bindClip(
  binder: GpuBinder,
  node: OnnxNode,
  [x, low, high]: readonly (Value | undefined)[],
): DeviceValue {
  if (x!.type !== 'float32') throw noKernel(node, 'of integers');
  const alpha = numbersOf(low)?.[0] ?? float(node, 'min', -3.4e38);
  const beta = numbersOf(high)?.[0] ?? float(node, 'max', 3.4e38);
  return over(binder, node, { floats: 'Clip' }, [x!], 'float32', { alpha, beta });
}

type BindOne = (binder: GpuBinder, node: OnnxNode, inputs: readonly Value[]) => Value;

function operator(op: string, bind: BindOne): GpuOperator {
  return {
    ...rulesOf(op),
    prepare({ node, inputs }, loader) {
      inputs.forEach(loader.pin);
      return (binder, values) => [bind(binder, node, values as readonly Value[])];
    },
  };
}

const table = (names: readonly string[], bind: BindOne): Record<string, GpuOperator> =>
  Object.fromEntries(names.map((name) => [name, operator(name, bind)]));

/** Names that are ONNX's in both tables, and not of the kinds that follow. */
const PLAIN = [...Object.keys(FLOAT_OPERATORS), 'And', 'Or', 'Xor', 'Not'].filter(
  (op) => Object.hasOwn(OPERATORS, op) && !['Max', 'Min', 'Clip'].includes(op),
);

export const GPU_ELEMENTWISE: Readonly<Record<string, GpuOperator>> = {
  ...table(PLAIN, bindPlain),
  ...table(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'], bindComparison),
  ...table(['Sum', 'Mean', 'Max', 'Min'], bindVariadic),
  Where: operator('Where', bindWhere),
  Cast: operator('Cast', bindCast),
  Clip: {
    ...operator('Clip', bindClip),
    hosted: 1,
    refuses: (plan, { isHost }) => dependsOnData(plan, 1, isHost) && 'bounds that depend on data',
    prepare({ node, inputs }, loader) {
      loader.pin(inputs[0]);
      return (binder, values) => [bindClip(binder, node, values)];
    },
  },
};
