/** One direction of an RNN, LSTM or GRU layer: packed once, then bound to each shape it runs in. */
import { GATES } from '@rivulet/core';
import type { InferMachine, Pointer } from './inferMachine.ts';
import { isSevenBit } from './int8Kind.ts';
import { type ActivationLevels, type Matrix, packMatrix, scratchBytes, wholeVectors } from './packMatrix.ts';

export interface Weights {
  readonly data: Float32Array | Int8Array;
  /** [rows], with int8 data. */
  readonly scales?: Float32Array | undefined;
  /** With int8 data: what meets it is rounded to these levels. Default: each row has its own. */
  readonly range?: ActivationLevels | undefined;
}

/** ONNX's layout and gate order: LSTM i o f c, GRU z r h. */
export interface RecurrentSource {
  readonly cell: 'rnn' | 'lstm' | 'gru';
  /** RNN only. Default tanh. */
  readonly activation?: 'tanh' | 'relu';
  /** GRU only. */
  readonly linearBeforeReset?: boolean;
  /** Of what the cell usually does, where `packChanges` put them; absent: none. With them `activation` says nothing. */
  readonly changes?: Pointer | undefined;
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
  /** See cellChanges.ts, or 0. */
  readonly changes: Pointer;
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
const GRU_BEFORE = 3;
/** From the code of an LSTM, and of a GRU that resets after its product, to that of its quick form (quickCells.as.ts). */
const QUICK = 3;
/** Words of a layer's description, see recurrent.as.ts. */
const LAYER_BYTES = 29 * 4;
/** Gates of a block of steps: so small that they stay in the first-level cache, and take little beside the weights. */
const BLOCK_BYTES = 32 * 1024;
/** The input's weights are read once a block, which for a wide layer must be worth it. */
const BLOCK_ROWS = 16;

export function packRecurrent(machine: InferMachine, source: RecurrentSource): RecurrentLayer {
  const { hidden, w, r } = source;
  const [bias, stateBias] = sumBiases(source);
  const shape = shapeOf(source);
  const hasQuick = shape.code === CELLS.lstm || shape.code === GRU_BEFORE;
  const quick = hasQuick && !source.changes && isSevenBit(machine.int8) && r.data instanceof Int8Array;
  return {
    ...shape,
    code: quick ? shape.code + QUICK : shape.code,
    ...packGates(source, (matrix, from, count, width) => {
      const weights = matrix === 'w' ? w : r;
      return packMatrix(machine, {
        data: weights.data.subarray(from * hidden * width, (from + count) * hidden * width),
        scales: weights.scales?.subarray(from * hidden, (from + count) * hidden),
        outputs: count * hidden,
        inputs: width,
        gates: count,
        range: weights.range,
      });
    }),
    bias: machine.upload(bias),
    stateBias: stateBias ? machine.upload(stateBias) : 0,
    changes: source.changes ?? 0,
  };
}

export type RecurrentShape = Pick<
  RecurrentSource,
  'cell' | 'activation' | 'linearBeforeReset' | 'input' | 'hidden'
>;

export function shapeOf({
  cell,
  activation,
  linearBeforeReset = false,
  input,
  hidden,
}: RecurrentShape): Pick<RecurrentLayer, 'code' | 'input' | 'hidden' | 'padded'> {
  const changed = { rnn: activation === 'relu', lstm: false, gru: linearBeforeReset };
  const code = CELLS[cell] + (changed[cell] ? (cell === 'gru' ? -1 : 1) : 0);
  return { code, input, hidden, padded: wholeVectors(hidden) };
}

/** @param pack packs `count` gates from the one `from` on, in rows of `width` weights */
export function packGates(
  { cell, linearBeforeReset = false, input, hidden }: RecurrentShape,
  pack: (matrix: 'w' | 'r', from: number, count: number, width: number) => Matrix,
): Pick<RecurrentLayer, 'w' | 'r' | 'rh'> {
  const gates = GATES[cell];
  const resetsFirst = cell === 'gru' && !linearBeforeReset;
  return {
    w: pack('w', 0, gates, input),
    r: pack('r', 0, resetsFirst ? 2 : gates, hidden),
    rh: resetsFirst ? pack('r', 2, 1, hidden) : undefined,
  };
}

/**
 * Sums of the two biases, gate by gate, in padded rows.
 * @param b [2 * G * H]
 * @returns what goes to the input's half, and where a GRU's reset gate multiplies a bias that one in the state's
 */
export function sumBiases({
  cell,
  linearBeforeReset = false,
  hidden,
  b,
}: Pick<RecurrentShape, 'cell' | 'linearBeforeReset' | 'hidden'> & {
  readonly b?: ArrayLike<number> | undefined;
}): readonly [Float32Array, Float32Array | undefined] {
  const gates = GATES[cell];
  const apart = cell === 'gru' && linearBeforeReset;
  const padded = wholeVectors(hidden);
  const bias = new Float32Array((gates * padded + 7) & ~7);
  const stateBias = new Float32Array(bias.length);
  for (let gate = 0; b && gate < gates; gate++) {
    const [fromInput, fromState] = [gate * hidden, (gates + gate) * hidden];
    const to = gate * padded;
    if (apart && gate === 2) {
      for (let j = 0; j < hidden; j++) bias[to + j] = b[fromInput + j]!;
      for (let j = 0; j < hidden; j++) stateBias[to + j] = b[fromState + j]!;
    } else {
      for (let j = 0; j < hidden; j++) bias[to + j] = b[fromInput + j]! + b[fromState + j]!;
    }
  }
  return [bias, apart ? stateBias : undefined];
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
  const least = Math.max(4, BLOCK_ROWS / B);
  const block = Math.max(1, Math.min(T, Math.max(least, Math.floor(BLOCK_BYTES / gateBytes)) & ~3));
  const scratch = Math.max(
    scratchBytes(machine, layer.w, block * B),
    scratchBytes(machine, layer.r, B),
    layer.rh ? scratchBytes(machine, layer.rh, B) : 0,
  );
  const at = allocate(LAYER_BYTES);
  const stateBytes = layer.padded * B * 4;
  const [h, c] = [
    allocate(stateBytes),
    layer.code === CELLS.lstm || layer.code === CELLS.lstm + QUICK ? allocate(stateBytes) : 0,
  ];
  const words = [
    ...[layer.code, T, B, layer.input, layer.hidden, layer.padded, binding.reverse ? 1 : 0, block],
    ...[binding.x, layer.w.at, layer.r.at, layer.rh?.at ?? 0, layer.bias, layer.stateBias, binding.lengths],
    ...[h, c, binding.y, binding.yStep, binding.yRow],
    ...[allocate(gateBytes * block), allocate(gateBytes)],
    ...[layer.rh ? allocate(stateBytes) : 0, allocate(scratch)],
    ...[binding.h0, binding.c0, binding.hn, binding.cn, layer.changes],
  ];
  return { at, describe: () => machine.i32.set(words, at >> 2) };
}
