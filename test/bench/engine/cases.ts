/** What the engine bench runs, with the figures that we hold ourselves to. */
import type { LayerCase, StackCase } from '../../parity/graphs.ts';

/** How many times as fast as onnxruntime-web: what must be, what we aim at. */
export interface Goal {
  readonly must: number;
  readonly aim: number;
}

export interface EngineCase {
  readonly name: string;
  readonly T: number;
  readonly stack: StackCase;
  /** Our int8 types against onnxruntime-web's float32; the faster one, int8a7, is held to it. */
  readonly int8?: Goal;
  /** The same weights in float32 on both sides. */
  readonly float32?: Goal;
}

const stack = (op: 'LSTM' | 'GRU', count: number, hidden: number, bidirectional = false): LayerCase[] =>
  Array.from({ length: count }, () => ({
    op,
    hidden,
    direction: bidirectional ? 'bidirectional' : 'forward',
  }));

const small: Goal = { must: 14, aim: 25 };
const middle: Goal = { must: 6, aim: 12 };
const long: Goal = { must: 2, aim: 4 };
const float32: Goal = { must: 1, aim: 1.5 };
const network = (layers: readonly LayerCase[]): StackCase => ({ seed: 1, input: 16, layers });

export const CASES: readonly EngineCase[] = [
  { name: 'LSTM 1x64, T=1', T: 1, stack: network(stack('LSTM', 1, 64)), int8: small },
  { name: 'GRU 1x64, T=1', T: 1, stack: network(stack('GRU', 1, 64)), int8: small },
  { name: 'LSTM 2x128, T=1', T: 1, stack: network(stack('LSTM', 2, 128)), int8: middle },
  { name: 'GRU 2x128, T=1', T: 1, stack: network(stack('GRU', 2, 128)), int8: middle },
  { name: 'LSTM bi 3x64, T=200', T: 200, stack: network(stack('LSTM', 3, 64, true)), int8: long, float32 },
  { name: 'GRU bi 3x64, T=200', T: 200, stack: network(stack('GRU', 3, 64, true)), int8: long, float32 },
  {
    name: 'a word: LSTM bi 64, 2x128, T=90',
    T: 90,
    stack: {
      seed: 1,
      input: 6,
      layers: [...stack('LSTM', 1, 64, true), ...stack('LSTM', 2, 128, true)],
      dense: 81,
    },
  },
];

const GATES = { RNN: 1, LSTM: 4, GRU: 3 } as const;

/** Multiplications (with their additions) of the matrix products of one call. */
export function multiplications({ T, stack: { input, layers, dense } }: EngineCase): number {
  let features = input;
  let total = 0;
  for (const { op, hidden, direction } of layers) {
    const dirs = direction === 'bidirectional' ? 2 : 1;
    total += dirs * GATES[op] * hidden * (features + hidden);
    features = dirs * hidden;
  }
  return T * (total + features * (dense ?? 0));
}
