/** One direction of an RNN, LSTM or GRU layer: packed once, then bound to each shape it runs in. */
import type { InferMachine, Pointer } from './inferMachine.ts';
import { type Matrix, packMatrix, scratchBytes } from './packMatrix.ts';

export interface Weights {
  readonly data: Float32Array | Int8Array;
  /** [rows], with int8 data. */
  readonly scales?: Float32Array | undefined;
}

/** ONNX's layout and gate order: LSTM i o f c, GRU z r h. */
export interface RecurrentSource {
  readonly cell: 'rnn' | 'lstm' | 'gru';
  /** RNN only. Default tanh. */
  readonly activation?: 'tanh' | 'relu';
  /** GRU only. */
  readonly linearBeforeReset?: boolean;
  readonly input: number;
  readonly hidden: number;
  /** [G * H, I] */
  readonly w: Weights;
  /** [G * H, H] */
  readonly r: Weights;
  /** [2 * G * H]: the input's biases, then the state's. */
  readonly b?: Float32Array | undefined;
}

export interface RecurrentLayer {
  readonly code: number;
  readonly input: number;
  readonly hidden: number;
  /** hidden rounded up to 4: the row length of states. */
  readonly padded: number;
  readonly w: Matrix;
  readonly r: Matrix;
  /** The h gate of a GRU that resets before its product. */
  readonly rh: Matrix | undefined;
  readonly bias: Pointer;
  readonly stateBias: Pointer;
}

export interface RecurrentBinding {
  readonly T: number;
  readonly B: number;
  readonly reverse: boolean;
  /** [T, B, I] */
  readonly x: Pointer;
  /** i32[B] or 0: past its length a sequence shows zeros and keeps its state. */
  readonly lengths: Pointer;
  /** [B, hidden] initial states, 0 for zeros; c0 of an LSTM only. */
  readonly h0: Pointer;
  readonly c0: Pointer;
  /** [B, hidden] where the final states go, 0 for nowhere. */
  readonly hn: Pointer;
  readonly cn: Pointer;
  /** Where this direction's output begins, 0 for none; element (t, b, j) at y + t yStep + b yRow + 4 j. */
  readonly y: Pointer;
  readonly yStep: number;
  readonly yRow: number;
}

const CELLS = { rnn: 0, lstm: 2, gru: 4 };
const GATES = { rnn: 1, lstm: 4, gru: 3 };
/** Words of a layer's description, see recurrent.as.ts. */
const LAYER_BYTES = 28 * 4;
/** Gates of a block of steps stay in the second-level cache. */
const BLOCK_BYTES = 128 * 1024;

export function packRecurrent(machine: InferMachine, source: RecurrentSource): RecurrentLayer {
  const { cell, input, hidden, w, r, b } = source;
  const gates = GATES[cell];
  const before = cell === 'gru' && source.linearBeforeReset === true;
  const resetsFirst = cell === 'gru' && !before;
  const code = cell === 'rnn' ? (source.activation === 'relu' ? 1 : 0) : before ? CELLS.gru - 1 : CELLS[cell];
  const padded = (hidden + 3) & ~3;

  /** Sums of the two biases, gate by gate; `split` leaves the last gate's second one to the state's half. */
  const bias = new Float32Array((gates * padded + 7) & ~7);
  const stateBias = new Float32Array(bias.length);
  for (let gate = 0; b && gate < gates; gate++) {
    const split = before && gate === 2;
    for (let j = 0; j < hidden; j++) {
      const fromInput = b[gate * hidden + j]!;
      const fromState = b[(gates + gate) * hidden + j]!;
      bias[gate * padded + j] = split ? fromInput : fromInput + fromState;
      if (split) stateBias[gate * padded + j] = fromState;
    }
  }
  const part = (from: number, count: number): Matrix =>
    packMatrix(machine, {
      data: r.data.subarray(from * hidden * hidden, (from + count) * hidden * hidden),
      scales: r.scales?.subarray(from * hidden, (from + count) * hidden),
      outputs: count * hidden,
      inputs: hidden,
      gates: count,
    });
  return {
    code,
    input,
    hidden,
    padded,
    w: packMatrix(machine, { ...w, outputs: gates * hidden, inputs: input, gates }),
    r: part(0, resetsFirst ? 2 : gates),
    rh: resetsFirst ? part(2, 1) : undefined,
    bias: machine.upload(bias),
    stateBias: before ? machine.upload(stateBias) : 0,
  };
}

/**
 * Writes the layer's description for one shape.
 * @param allocate workspace that stays this layer's own for the whole run, asked for a few times
 * @returns what `wasm.recurrent` takes; the description is written by `describe`, to be called before each run,
 *   because other shapes share the workspace
 */
export function bindRecurrent(
  machine: InferMachine,
  layer: RecurrentLayer,
  binding: RecurrentBinding,
  allocate: (bytes: number) => Pointer,
): { readonly at: Pointer; describe(): void } {
  const { T, B } = binding;
  const gateBytes = layer.w.outputs * B * 4;
  // Whole fours, so that the product of a block uses the four-row kernel throughout.
  const block = Math.max(1, Math.min(T, Math.max(4, Math.floor(BLOCK_BYTES / gateBytes) & ~3)));
  const scratch = Math.max(
    scratchBytes(machine, layer.w, block * B),
    scratchBytes(machine, layer.r, B),
    layer.rh ? scratchBytes(machine, layer.rh, B) : 0,
  );
  const at = allocate(LAYER_BYTES);
  const stateBytes = layer.padded * B * 4;
  const [h, c] = [allocate(stateBytes), layer.code === CELLS.lstm ? allocate(stateBytes) : 0];
  const words = [
    ...[layer.code, T, B, layer.input, layer.hidden, layer.padded, binding.reverse ? 1 : 0, block],
    ...[binding.x, layer.w.at, layer.r.at, layer.rh?.at ?? 0, layer.bias, layer.stateBias, binding.lengths],
    ...[h, c, binding.y, binding.yStep, binding.yRow],
    ...[allocate(gateBytes * block), allocate(gateBytes)],
    ...[layer.rh ? allocate(stateBytes) : 0, allocate(scratch)],
    ...[binding.h0, binding.c0, binding.hn, binding.cn],
  ];
  return { at, describe: () => machine.i32.set(words, at >> 2) };
}
