import { type ActivationName, activation as functionOf } from './activation.ts';
import { type CellOptions, type CellWeights, clipped, fromInput, fromState } from './cellWeights.ts';

export type RnnActivation = ActivationName;

/**
 * One step of a plain recurrent cell (ONNX RNN).
 *
 *     h' = f(W x + Wb + R h + Rb)     f = tanh, relu: max(0, .), or another one of ONNX's
 *
 * @param x [I]
 * @param h [H]
 * @param activation f by its name; `options.activations` stands above it
 * @returns h' [H], a new array
 */
export function rnnStep(
  weights: CellWeights,
  x: Float32Array,
  h: Float32Array,
  activation: RnnActivation = 'tanh',
  options: CellOptions = {},
): Float32Array {
  const [f = functionOf(activation)] = options.activations ?? [];
  return h.map((_, j) => f(clipped(fromInput(weights, j, x) + fromState(weights, j, h), options.clip)));
}
