/** The weights of one direction of one layer, in ONNX's layout, and the two sums every gate is made of. */

export type Cell = 'rnn' | 'lstm' | 'gru';

/** Gates a cell has: blocks of H rows in w and r. Order: LSTM i o f c, GRU z r h (ONNX's own). */
export const GATES: Readonly<Record<Cell, number>> = { rnn: 1, lstm: 4, gru: 3 };

export interface CellWeights {
  /** I */
  readonly input: number;
  /** H */
  readonly hidden: number;
  /** [G * H, I] row-major */
  readonly w: Float32Array;
  /** [G * H, H] row-major */
  readonly r: Float32Array;
  /** [2 * G * H]: the input's biases, then the state's. */
  readonly b: Float32Array;
}

/** w[row] . x + its bias: what the input adds to a gate. */
export function fromInput({ input, w, b }: CellWeights, row: number, x: Float32Array): number {
  let sum = b[row]!;
  for (let i = 0; i < input; i++) sum += w[row * input + i]! * x[i]!;
  return sum;
}

/** r[row] . h + its bias: what the state adds to a gate. */
export function fromState({ hidden, r, b }: CellWeights, row: number, h: Float32Array): number {
  let sum = b[b.length / 2 + row]!;
  for (let i = 0; i < hidden; i++) sum += r[row * hidden + i]! * h[i]!;
  return sum;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
