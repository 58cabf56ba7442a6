/**
 * A whole recurrent layer, as ONNX's RNN, LSTM and GRU define it: the reference that kernels and engines are
 * compared with. One cell after the other, in the order a reader would do it by hand.
 */

import { RivuletError } from '../errors.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { type Cell, type CellWeights, GATES } from './cellWeights.ts';
import { gruStep } from './gruStep.ts';
import { lstmStep } from './lstmStep.ts';
import { type RnnActivation, rnnStep } from './rnnStep.ts';

/** ONNX's own words; 'bidirectional' runs both and puts the forward one first. */
export type Direction = 'forward' | 'reverse' | 'bidirectional';

export interface SequenceCall {
  readonly cell: Cell;
  /** 'forward' by default. dirs below is 2 for 'bidirectional', else 1; the forward one stands first. */
  readonly direction?: Direction;
  /** GRU only; 1 by default, as everywhere in this house. ONNX's own default is 0. */
  readonly linearBeforeReset?: 0 | 1;
  /** RNN only; tanh by default, as in ONNX. */
  readonly activation?: RnnActivation;
  /** [T, B, I] */
  readonly x: Tensor;
  /** [dirs, G * H, I] */
  readonly w: Tensor;
  /** [dirs, G * H, H] */
  readonly r: Tensor;
  /** [dirs, 2 * G * H]: the input's biases, then the state's; absent is zero. */
  readonly b?: Tensor;
  /** [B] valid steps of each sequence, 0 ... T; absent: all are full. */
  readonly lengths?: Int32Array;
  /** [dirs, B, H]; absent is zero. */
  readonly h0?: Tensor;
  /** [dirs, B, H], LSTM only; absent is zero. */
  readonly c0?: Tensor;
}

export interface SequenceResult {
  /** [T, dirs, B, H]; 0 beyond a sequence's length. */
  readonly y: Tensor;
  /** [dirs, B, H] the state after the last valid step: for the reverse direction that is step 0. */
  readonly h: Tensor;
  /** [dirs, B, H], LSTM only. */
  readonly c?: Tensor;
}

/**
 * A sequence of length 0 gives no output and its initial state as the final one.
 * @throws RivuletError TENSOR_SHAPE naming the tensor whose shape does not fit the others, ARGUMENT for a
 *   length outside 0 ... T
 */
export function runSequence(call: SequenceCall): SequenceResult {
  const { cell, direction = 'forward', linearBeforeReset = 1, activation, x, w, r, lengths } = call;
  const dirs = direction === 'bidirectional' ? 2 : 1;
  const G = GATES[cell];
  const [T, B, I] = rank3('x', x);
  const H = rank3('r', r)[2];
  expectShape('w', w, [dirs, G * H, I]);
  expectShape('r', r, [dirs, G * H, H]);
  const b = call.b ?? zeros([dirs, 2 * G * H]);
  expectShape('b', b, [dirs, 2 * G * H]);
  const h = copyOf(call.h0 ?? zeros([dirs, B, H]));
  expectShape('h0', h, [dirs, B, H]);
  const c = copyOf(call.c0 ?? zeros([dirs, B, H]));
  expectShape('c0', c, [dirs, B, H]);
  checkLengths(lengths, T, B);

  const y = zeros([T, dirs, B, H]);
  for (let d = 0; d < dirs; d++) {
    const weights: CellWeights = {
      input: I,
      hidden: H,
      w: w.data.subarray(d * G * H * I, (d + 1) * G * H * I),
      r: r.data.subarray(d * G * H * H, (d + 1) * G * H * H),
      b: b.data.subarray(d * 2 * G * H, (d + 1) * 2 * G * H),
    };
    const backwards = direction === 'reverse' || d === 1;
    for (let lane = 0; lane < B; lane++) {
      const length = lengths?.[lane] ?? T;
      const state = (d * B + lane) * H;
      let hNow: Float32Array = h.data.slice(state, state + H);
      let cNow: Float32Array = c.data.slice(state, state + H);
      for (let step = 0; step < length; step++) {
        const t = backwards ? length - 1 - step : step;
        const xNow = x.data.subarray((t * B + lane) * I, (t * B + lane + 1) * I);
        if (cell === 'lstm') ({ h: hNow, c: cNow } = lstmStep(weights, xNow, hNow, cNow));
        else if (cell === 'gru') hNow = gruStep(weights, xNow, hNow, linearBeforeReset);
        else hNow = rnnStep(weights, xNow, hNow, activation);
        y.data.set(hNow, ((t * dirs + d) * B + lane) * H);
      }
      h.data.set(hNow, state);
      c.data.set(cNow, state);
    }
  }
  return cell === 'lstm' ? { y, h, c } : { y, h };
}

function zeros(shape: number[]): Tensor {
  return tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
}

function copyOf({ data, shape }: Tensor): Tensor {
  return { data: data.slice(), shape };
}

function rank3(name: string, { data, shape }: Tensor): readonly [number, number, number] {
  if (shape.length !== 3) {
    throw new RivuletError('TENSOR_SHAPE', `${name} needs three dimensions, got [${shape.join(', ')}]`, {
      tensor: name,
      got: [...shape],
    });
  }
  tensor(data, shape);
  return shape as unknown as readonly [number, number, number];
}

function expectShape(name: string, value: Tensor, expected: readonly number[]): void {
  const fits =
    value.shape.length === expected.length && expected.every((dimension, i) => value.shape[i] === dimension);
  if (!fits) {
    throw new RivuletError(
      'TENSOR_SHAPE',
      `${name} must be [${expected.join(', ')}], got [${value.shape.join(', ')}]`,
      { tensor: name, expected: [...expected], got: [...value.shape] },
    );
  }
  tensor(value.data, value.shape);
}

function checkLengths(lengths: Int32Array | undefined, T: number, B: number): void {
  if (lengths === undefined) return;
  if (lengths.length !== B) {
    throw new RivuletError('TENSOR_SHAPE', `${B} lengths expected, got ${lengths.length}`, {
      tensor: 'lengths',
      expected: [B],
      got: [lengths.length],
    });
  }
  for (const length of lengths) {
    if (length < 0 || length > T) {
      throw new RivuletError('ARGUMENT', `a length must lie in 0 ... ${T}, got ${length}`, { length, T });
    }
  }
}
