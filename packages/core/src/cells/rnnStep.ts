import { type CellWeights, fromInput, fromState } from './cellWeights.ts';

export type RnnActivation = 'tanh' | 'relu';

/**
 * One step of a plain recurrent cell (ONNX RNN, activation Tanh or Relu).
 *
 *     h' = f(W x + Wb + R h + Rb)     f = tanh, or relu: max(0, .)
 *
 * @param x [I]
 * @param h [H]
 * @returns h' [H], a new array
 */
export function rnnStep(
  weights: CellWeights,
  x: Float32Array,
  h: Float32Array,
  activation: RnnActivation = 'tanh',
): Float32Array {
  return h.map((_, j) => {
    const sum = fromInput(weights, j, x) + fromState(weights, j, h);
    return activation === 'relu' ? Math.max(0, sum) : Math.tanh(sum);
  });
}
