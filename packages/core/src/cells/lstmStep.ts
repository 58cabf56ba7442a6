import { type CellWeights, fromInput, fromState, sigmoid } from './cellWeights.ts';

/**
 * One step of an LSTM (Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; ONNX LSTM
 * without peepholes). Gate blocks stand in ONNX's order i, o, f, c.
 *
 *     i, o, f = sigmoid(W x + Wb + R h + Rb)
 *     g       = tanh   (W x + Wb + R h + Rb)
 *     c'      = f c + i g
 *     h'      = o tanh(c')
 *
 * @param x [I]
 * @param h [H]
 * @param c [H]
 * @returns h' and c' [H], new arrays
 */
export function lstmStep(
  weights: CellWeights,
  x: Float32Array,
  h: Float32Array,
  c: Float32Array,
): { h: Float32Array; c: Float32Array } {
  const H = weights.hidden;
  const gate = (row: number): number => fromInput(weights, row, x) + fromState(weights, row, h);
  const nextH = new Float32Array(H);
  const nextC = new Float32Array(H);
  for (let j = 0; j < H; j++) {
    const i = sigmoid(gate(j));
    const o = sigmoid(gate(H + j));
    const f = sigmoid(gate(2 * H + j));
    const g = Math.tanh(gate(3 * H + j));
    const cell = f * c[j]! + i * g;
    nextC[j] = cell;
    nextH[j] = o * Math.tanh(cell);
  }
  return { h: nextH, c: nextC };
}
