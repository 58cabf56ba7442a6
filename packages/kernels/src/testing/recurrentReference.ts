/**
 * One direction of RNN, LSTM or GRU in float64 and the kernels' own layout: what finite differences are taken
 * of. Slow and plain on purpose; the readable cells of @rivulet/core are float32 and too coarse for that.
 */
import { GATES } from '@rivulet/core';
import type { CellKind } from '../trainTypes.ts';

export interface RecurrentProblem {
  cell: CellKind;
  T: number;
  B: number;
  input: number;
  hidden: number;
  reverse: boolean;
  lens?: number[] | undefined;
  x: Float64Array;
  w: Float64Array;
  r: Float64Array;
  b: Float64Array;
  h0?: Float64Array | undefined;
  c0?: Float64Array | undefined;
  /** Rounds the state before R meets it. */
  levels?: number;
  /** Of the kernels alone: the reference has exact gates. */
  quickGates?: boolean;
  /** [T][H][B] in the order of walking: added to the state before R meets it, in place of rounding. */
  offsets?: Float64Array;
}

interface RecurrentResult {
  /** [T][H][B] */
  y: Float64Array;
  /** [H][B] */
  hn: Float64Array;
  cn: Float64Array;
  /** What rounding added to the states, as `offsets` of a problem. */
  offsets: Float64Array;
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

export function recurrentReference(p: RecurrentProblem): RecurrentResult {
  const { T, B, input: I, hidden: H } = p;
  const G = GATES[p.cell];
  const y = new Float64Array(T * H * B);
  const hn = new Float64Array(H * B);
  const cn = new Float64Array(H * B);
  const offsets = p.offsets ?? new Float64Array(T * H * B);
  for (let lane = 0; lane < B; lane++) {
    const length = p.lens ? p.lens[lane]! : T;
    let h = Array.from({ length: H }, (_, j) => p.h0?.[j * B + lane] ?? 0);
    const c = Array.from({ length: H }, (_, j) => p.c0?.[j * B + lane] ?? 0);
    for (let s = 0; s < length; s++) {
      const t = p.reverse ? length - 1 - s : s;
      const largest = Math.max(...h.map(Math.abs));
      const operand = h.map((value, j) => {
        const at = (s * H + j) * B + lane;
        if (p.levels && !p.offsets && largest > 0) {
          offsets[at] = (evenly((value * p.levels) / largest) * largest) / p.levels - value;
        }
        return value + offsets[at]!;
      });
      const wx = new Array<number>(G * H);
      const rh = new Array<number>(G * H);
      for (let row = 0; row < G * H; row++) {
        let a = p.b[row]!;
        for (let k = 0; k < I; k++) a += p.w[row * I + k]! * p.x[(t * I + k) * B + lane]!;
        wx[row] = a;
        a = p.b[G * H + row]!;
        for (let k = 0; k < H; k++) a += p.r[row * H + k]! * operand[k]!;
        rh[row] = a;
      }
      const gate = (g: number, j: number): number => wx[g * H + j]! + rh[g * H + j]!;
      h = h.map((before, j) => {
        if (p.cell === 'rnn') return Math.tanh(gate(0, j));
        if (p.cell === 'gru') {
          const z = sigmoid(gate(0, j));
          const n = Math.tanh(wx[2 * H + j]! + sigmoid(gate(1, j)) * rh[2 * H + j]!);
          return (1 - z) * n + z * before;
        }
        c[j] = sigmoid(gate(0, j)) * Math.tanh(gate(3, j)) + sigmoid(gate(2, j)) * c[j]!;
        return sigmoid(gate(1, j)) * Math.tanh(c[j]!);
      });
      for (let j = 0; j < H; j++) y[(t * H + j) * B + lane] = h[j]!;
    }
    for (let j = 0; j < H; j++) {
      hn[j * B + lane] = h[j]!;
      cn[j * B + lane] = c[j]!;
    }
  }
  return { y, hn, cn, offsets };
}

/** To the nearest whole number, ties to the even one. */
function evenly(value: number): number {
  const up = Math.round(value);
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}
