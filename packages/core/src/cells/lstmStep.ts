import { sigmoid } from './activation.ts';
import { type CellOptions, type CellWeights, clipped, fromInput, fromState } from './cellWeights.ts';

/**
 * One step of an LSTM (Hochreiter and Schmidhuber 1997, the forget gate of Gers et al. 2000, the peepholes of Gers
 * and Schmidhuber 2000; ONNX LSTM). Gate blocks stand in ONNX's order i, o, f, c, peepholes in the order i, o, f.
 *
 *     i, f = f(W x + Wb + R h + Rb + P c)       f = sigmoid unless the options say otherwise
 *     n    = g(W x + Wb + R h + Rb)             g = tanh
 *     c'   = f c + i n                          with inputForget f = 1 - i
 *     o    = f(W x + Wb + R h + Rb + P c')
 *     h'   = o h(c')                            h = tanh
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
  { activations = [], clip, inputForget = false }: CellOptions = {},
): { h: Float32Array; c: Float32Array } {
  const H = weights.hidden;
  const [squash = sigmoid, candidate = Math.tanh, output = Math.tanh] = activations;
  const sum = (row: number): number => fromInput(weights, row, x) + fromState(weights, row, h);
  const gate = (row: number, cell: number): number =>
    squash(clipped(sum(row) + (weights.p?.[row] ?? 0) * cell, clip));
  const nextH = new Float32Array(H);
  const nextC = new Float32Array(H);
  for (let j = 0; j < H; j++) {
    const i = gate(j, c[j]!);
    const f = inputForget ? 1 - i : gate(2 * H + j, c[j]!);
    const g = candidate(clipped(sum(3 * H + j), clip));
    const cell = f * c[j]! + i * g;
    nextC[j] = cell;
    nextH[j] = gate(H + j, cell) * output(cell);
  }
  return { h: nextH, c: nextC };
}
