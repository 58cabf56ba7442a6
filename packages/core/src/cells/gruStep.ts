import { type CellWeights, fromInput, fromState, sigmoid } from './cellWeights.ts';

/**
 * One step of a GRU (Cho et al. 2014; ONNX GRU). Gate blocks stand in ONNX's order z, r, h.
 *
 *     z, r = sigmoid(W x + Wb + R h + Rb)
 *     n    = tanh(W x + Wb + r (R h + Rb))      linearBeforeReset 1: PyTorch's and cuDNN's, and ours
 *     n    = tanh(W x + Wb + R (r h) + Rb)      linearBeforeReset 0: the paper's, and ONNX's default
 *     h'   = (1 - z) n + z h
 *
 * @param x [I]
 * @param h [H]
 * @returns h' [H], a new array
 */
export function gruStep(
  weights: CellWeights,
  x: Float32Array,
  h: Float32Array,
  linearBeforeReset: 0 | 1 = 1,
): Float32Array {
  const H = weights.hidden;
  const gate = (row: number): number => sigmoid(fromInput(weights, row, x) + fromState(weights, row, h));
  const reset = h.map((_, j) => gate(H + j));
  const kept = h.map((value, j) => reset[j]! * value);
  return h.map((value, j) => {
    const state =
      linearBeforeReset === 1
        ? reset[j]! * fromState(weights, 2 * H + j, h)
        : fromState(weights, 2 * H + j, kept);
    const n = Math.tanh(fromInput(weights, 2 * H + j, x) + state);
    const z = gate(j);
    return (1 - z) * n + z * value;
  });
}
