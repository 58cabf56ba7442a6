/** The activation functions that ONNX's recurrent operators may name, with ONNX's formulas and defaults. */

import { RivuletError } from '../errors.ts';

/** ONNX's names in lower case; ONNX itself does not mind the case. */
export type ActivationName =
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'affine'
  | 'leakyrelu'
  | 'thresholdedrelu'
  | 'scaledtanh'
  | 'hardsigmoid'
  | 'elu'
  | 'softsign'
  | 'softplus';

export type ScalarFunction = (x: number) => number;

interface Formula {
  readonly of: (alpha: number, beta: number) => ScalarFunction;
  /** Defaults of alpha and beta: as many as the function has. */
  readonly defaults?: readonly number[];
}

/** 1 / (1 + e^-x), in float64: the gates' function in the readable cells. */
export const sigmoid: ScalarFunction = (x) => 1 / (1 + Math.exp(-x));

const FORMULAS: Readonly<Record<ActivationName, Formula>> = {
  tanh: { of: () => Math.tanh },
  sigmoid: { of: () => sigmoid },
  relu: { of: () => (x) => Math.max(0, x) },
  softsign: { of: () => (x) => x / (1 + Math.abs(x)) },
  // ln(1 + e^x), without the overflow of e^x.
  softplus: { of: () => (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))) },
  affine: { of: (a, b) => (x) => a * x + b, defaults: [1, 0] },
  leakyrelu: { of: (a) => (x) => (x < 0 ? a * x : x), defaults: [0.01] },
  thresholdedrelu: { of: (a) => (x) => (x <= a ? 0 : x), defaults: [1] },
  // ONNX names no defaults for it.
  scaledtanh: { of: (a, b) => (x) => a * Math.tanh(b * x), defaults: [1, 1] },
  hardsigmoid: { of: (a, b) => (x) => Math.min(1, Math.max(0, a * x + b)), defaults: [0.2, 0.5] },
  elu: { of: (a) => (x) => (x < 0 ? a * Math.expm1(x) : x), defaults: [1] },
};

/** Whether ONNX knows the function; the name in lower case. */
export const isActivation = (name: string): name is ActivationName => Object.hasOwn(FORMULAS, name);

/** A function of a recurrent node; alpha and beta are ONNX's defaults where the node names none, 0 where it has none. */
export interface Activation {
  readonly name: ActivationName;
  readonly alpha: number;
  readonly beta: number;
}

/** @returns the function; alpha and beta default to ONNX's values and do nothing where the formula has none */
export function activation(name: ActivationName, alpha?: number, beta?: number): ScalarFunction {
  const { of, defaults = [] } = FORMULAS[name];
  return of(alpha ?? defaults[0] ?? 0, beta ?? defaults[1] ?? 0);
}

/**
 * The functions of a recurrent node, in the order of its list: alphas and betas are handed out in that order, to
 * the functions that have one.
 * @param names in any case
 * @throws RivuletError ONNX_UNSUPPORTED for a name that ONNX does not know here
 */
export function activationsOf(
  names: readonly string[],
  alphas: readonly number[] = [],
  betas: readonly number[] = [],
): Activation[] {
  let [a, b] = [0, 0];
  return names.map((given) => {
    const name = given.toLowerCase();
    if (!isActivation(name)) {
      throw new RivuletError('ONNX_UNSUPPORTED', `there is no activation ${given}`, { activation: given });
    }
    const { defaults = [] } = FORMULAS[name];
    const alpha = (defaults.length > 0 ? alphas[a++] : undefined) ?? defaults[0] ?? 0;
    const beta = (defaults.length > 1 ? betas[b++] : undefined) ?? defaults[1] ?? 0;
    return { name, alpha, beta };
  });
}
