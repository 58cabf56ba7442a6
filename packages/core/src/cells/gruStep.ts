import { sigmoid } from './activation.ts';
import { type CellOptions, type CellWeights, clipped, fromInput, fromState } from './cellWeights.ts';

/**
 * One step of a GRU (Cho et al. 2014; ONNX GRU). Gate blocks stand in ONNX's order z, r, h.
 *
 *     z, r = f(W x + Wb + R h + Rb)             f = sigmoid unless the options say otherwise
 *     n    = g(W x + Wb + r (R h + Rb))         g = tanh; linearBeforeReset 1: PyTorch's and cuDNN's, and ours
 *     n    = g(W x + Wb + R (r h) + Rb)         linearBeforeReset 0: the paper's, and ONNX's default
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
  { activations = [], clip }: CellOptions = {},
): Float32Array {
  const H = weights.hidden;
  const [f = sigmoid, g = Math.tanh] = activations;
  const gate = (row: number): number =>
    f(clipped(fromInput(weights, row, x) + fromState(weights, row, h), clip));
  const reset = h.map((_, j) => gate(H + j));
  const kept = h.map((value, j) => reset[j]! * value);
  return h.map((value, j) => {
    const state =
      linearBeforeReset === 1
        ? reset[j]! * fromState(weights, 2 * H + j, h)
        : fromState(weights, 2 * H + j, kept);
    const n = g(clipped(fromInput(weights, 2 * H + j, x) + state, clip));
    const z = gate(j);
    return (1 - z) * n + z * value;
  });
}
