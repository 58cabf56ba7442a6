/** Kernels that walk a box of numbers: copies between strides, fillings, and what is computed number by number. */
import { RivuletError } from '@rivulet/core';
import { floatBits, type GpuCall, gridOf } from './gpuCall.ts';

/** Dimensions that a kernel walks; others are to be merged first. */
const MOST_DIMENSIONS = 8;
const THREADS = 64;

export interface GpuWalk {
  readonly sizes: readonly number[];
  /** For each tensor, in numbers; at most three. */
  readonly strides: readonly (readonly number[])[];
  /** Where each tensor begins. Default 0. */
  readonly starts?: readonly number[];
  readonly alpha?: number;
  readonly beta?: number;
}

function walkUniform(
  { sizes, strides, starts = [], alpha = 0, beta = 0 }: GpuWalk,
  operator = 0,
): {
  readonly count: number;
  readonly uniform: readonly number[];
} {
  if (sizes.length > MOST_DIMENSIONS) {
    throw new RivuletError(
      'MODEL_SHAPE',
      `a kernel for WebGPU walks ${MOST_DIMENSIONS} dimensions, got [${sizes.join(', ')}]`,
      { got: [...sizes] },
    );
  }
  const count = sizes.reduce((a, b) => a * b, 1);
  const three = [0, 1, 2];
  const dimensions = Array.from({ length: MOST_DIMENSIONS }, (_, d) => [
    sizes[d] ?? 1,
    ...three.map((i) => strides[i]?.[d] ?? 0),
  ]).flat();
  const begin = [...three.map((i) => starts[i] ?? 0), operator];
  return {
    count,
    uniform: [count, sizes.length, floatBits(alpha), floatBits(beta), ...begin, ...dimensions],
  };
}

/** @param walk of what is read and what is written */
export function copyCall<P>(walk: GpuWalk, from: P, to: P): GpuCall<P> {
  const { count, uniform } = walkUniform(walk);
  return {
    ...{ kernel: 'copy', constants: {}, uniform },
    ...{ storage: [from, to], groups: gridOf(Math.ceil(count / THREADS)) },
  };
}

/** `count` floats of one value. */
export function fillCall<P>(count: number, value: number, to: P): GpuCall<P> {
  const { uniform } = walkUniform({ sizes: [count], strides: [], alpha: value });
  return {
    ...{ kernel: 'fill', constants: {}, uniform },
    ...{ storage: [to], groups: gridOf(Math.ceil(count / THREADS)) },
  };
}

/** What elementwise.wgsl computes of floats; the numbers are the WGSL's. */
export const FLOAT_OPERATORS = {
  ...{ Relu: 0, Tanh: 1, Sigmoid: 2, Add: 3, Sub: 4, Mul: 5, Div: 6, Softplus: 7, Softsign: 8, LeakyRelu: 9 },
  ...{ ThresholdedRelu: 10, HardSigmoid: 11, Elu: 12, Celu: 13, Selu: 14, Gelu: 15, GeluTanh: 16 },
  ...{ HardSwish: 17, Mish: 18, Swish: 19, Abs: 20, Neg: 21, Exp: 22, Log: 23, Sqrt: 24, Reciprocal: 25 },
  ...{ Floor: 26, Ceil: 27, Round: 28, Sign: 29, Erf: 30, Pow: 31, PRelu: 32, Max: 33, Min: 34, Clip: 35 },
  ...{ MultiplyAdd: 36, Scale: 37 },
} as const;

/** What it computes with integers, which truths are as well; those of FLOATS compare floats. */
export const WORD_OPERATORS = {
  ...{ Add: 0, Sub: 1, Mul: 2, Div: 3, Max: 4, Min: 5, Neg: 6, Abs: 7, Equal: 8, Less: 9, LessOrEqual: 10 },
  ...{ Greater: 11, GreaterOrEqual: 12, And: 13, Or: 14, Xor: 15, Not: 16, EqualFloats: 17, LessFloats: 18 },
  ...{ LessOrEqualFloats: 19, GreaterFloats: 20, GreaterOrEqualFloats: 21, Where: 22, ToFloat: 23 },
  ...{ ToInteger: 24, TruthOfFloat: 25, TruthOfInteger: 26 },
} as const;

export type ElementOperator =
  | { readonly floats: keyof typeof FLOAT_OPERATORS }
  | { readonly words: keyof typeof WORD_OPERATORS };

/** @param walk of the operands; the result is row-major */
export function elementCall<P>(
  operator: ElementOperator,
  walk: GpuWalk,
  operands: readonly P[],
  to: P,
): GpuCall<P> {
  const [kernel, number] =
    'floats' in operator
      ? (['floats', FLOAT_OPERATORS[operator.floats]] as const)
      : (['words', WORD_OPERATORS[operator.words]] as const);
  const { count, uniform } = walkUniform(walk, number);
  const [a, b = a!, c = a!] = operands;
  return {
    ...{ kernel, constants: {}, uniform },
    storage: [a!, b, c, to],
    groups: gridOf(Math.ceil(count / THREADS)),
  };
}
