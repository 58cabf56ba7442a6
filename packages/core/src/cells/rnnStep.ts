import { type CellWeights, fromInput, fromState } from './cellWeights.ts';

/**
 * One step of a plain recurrent cell (ONNX RNN, activation Tanh).
 *
 *     h' = tanh(W x + Wb + R h + Rb)
 *
 * @param x [I]
 * @param h [H]
 * @returns h' [H], a new array
 */
export function rnnStep(weights: CellWeights, x: Float32Array, h: Float32Array): Float32Array {
  return h.map((_, j) => Math.tanh(fromInput(weights, j, x) + fromState(weights, j, h)));
}
