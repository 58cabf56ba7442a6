/** The weights of one direction of one layer, in ONNX's layout, and the two sums every gate is made of. */

import type { ScalarFunction } from './activation.ts';

export type Cell = 'rnn' | 'lstm' | 'gru';

/** Gates a cell has: blocks of H rows in w and r. Order: LSTM i o f c, GRU z r h (ONNX's own). */
export const GATES: Readonly<Record<Cell, number>> = { rnn: 1, lstm: 4, gru: 3 };

/** Activation functions that a cell takes for one direction. */
export const ACTIVATIONS: Readonly<Record<Cell, number>> = { rnn: 1, lstm: 3, gru: 2 };

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
  /** [3 * H] LSTM only: the peepholes of i, o and f; absent is zero. */
  readonly p?: Float32Array;
}

/** What ONNX lets a node change of its cell. */
export interface CellOptions {
  /** RNN: f. GRU: f for z and r, g for h. LSTM: f for i, o and f, g for c, h for the output. Default ONNX's own. */
  readonly activations?: readonly ScalarFunction[];
  /**
   * Bounds what goes into a gate's activation to [-clip, clip]; absent or 0: no bounds. An LSTM's c' goes into h
   * as it is, which ONNX leaves open and onnxruntime does.
   */
  readonly clip?: number;
  /** LSTM only: the forget gate is 1 - i. */
  readonly inputForget?: boolean;
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

/** @returns x within [-clip, clip] */
export function clipped(x: number, clip: number | undefined): number {
  return clip ? Math.min(clip, Math.max(-clip, x)) : x;
}
