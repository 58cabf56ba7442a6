/**
 * A whole recurrent layer, as ONNX's RNN, LSTM and GRU define it: the reference that kernels and engines are
 * compared with. One cell after the other, in the order a reader would do it by hand.
 */

import { RivuletError } from '../errors.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { activationsOf, activation as functionOf } from './activation.ts';
import { ACTIVATIONS, type Cell, type CellOptions, type CellWeights, GATES } from './cellWeights.ts';
import { checkLengths, expectShape, rank3 } from './checkSequence.ts';
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
  /** ONNX's lists, for the forward direction and then for the other one; absent is ONNX's default. */
  readonly activations?: readonly string[];
  readonly alphas?: readonly number[];
  readonly betas?: readonly number[];
  /** Bounds what goes into a gate's activation to [-clip, clip]; 0 or absent: no bounds. */
  readonly clip?: number;
  /** LSTM only: the forget gate is 1 - i. */
  readonly inputForget?: boolean;
  /** 1: the batch stands first, x [B, T, I], h0 and c0 [B, dirs, H], and likewise the result. Default 0. */
  readonly layout?: 0 | 1;
  /** [T, B, I] */
  readonly x: Tensor;
  /** [dirs, G * H, I] */
  readonly w: Tensor;
  /** [dirs, G * H, H] */
  readonly r: Tensor;
  /** [dirs, 2 * G * H]: the input's biases, then the state's; absent is zero. */
  readonly b?: Tensor;
  /** [dirs, 3 * H] LSTM only: the peepholes of i, o and f; absent is zero. */
  readonly p?: Tensor;
  /** [B] valid steps of each sequence, 0 ... T; absent: all are full. */
  readonly lengths?: Int32Array;
  /** [dirs, B, H]; absent is zero. */
  readonly h0?: Tensor;
  /** [dirs, B, H], LSTM only; absent is zero. */
  readonly c0?: Tensor;
}

export interface SequenceResult {
  /** [T, dirs, B, H] ([B, T, dirs, H] with layout 1); 0 beyond a sequence's length. */
  readonly y: Tensor;
  /** [dirs, B, H] ([B, dirs, H] with layout 1) the state after the last valid step, which in reverse is step 0. */
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
  return call.layout === 1 ? batchFirst(call) : timeFirst(call);
}

function timeFirst(call: SequenceCall): SequenceResult {
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
  if (call.p) expectShape('p', call.p, [dirs, 3 * H]);
  const each = ACTIVATIONS[cell];
  const functions =
    call.activations &&
    activationsOf(call.activations, call.alphas, call.betas).map(({ name, alpha, beta }) =>
      functionOf(name, alpha, beta),
    );
  if (functions && functions.length !== dirs * each) {
    throw new RivuletError('ARGUMENT', `${dirs * each} activations expected, got ${functions.length}`, {
      expected: dirs * each,
      activations: call.activations,
    });
  }

  const y = zeros([T, dirs, B, H]);
  for (let d = 0; d < dirs; d++) {
    const weights: CellWeights = {
      input: I,
      hidden: H,
      w: w.data.subarray(d * G * H * I, (d + 1) * G * H * I),
      r: r.data.subarray(d * G * H * H, (d + 1) * G * H * H),
      b: b.data.subarray(d * 2 * G * H, (d + 1) * 2 * G * H),
      ...(call.p && { p: call.p.data.subarray(d * 3 * H, (d + 1) * 3 * H) }),
    };
    const options: CellOptions = {
      ...(functions && { activations: functions.slice(d * each, (d + 1) * each) }),
      ...(call.clip !== undefined && { clip: call.clip }),
      ...(call.inputForget !== undefined && { inputForget: call.inputForget }),
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
        if (cell === 'lstm') ({ h: hNow, c: cNow } = lstmStep(weights, xNow, hNow, cNow, options));
        else if (cell === 'gru') hNow = gruStep(weights, xNow, hNow, linearBeforeReset, options);
        else hNow = rnnStep(weights, xNow, hNow, activation, options);
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

/** The same by way of the other layout: every tensor's first two dimensions change places. */
function batchFirst(call: SequenceCall): SequenceResult {
  const { x, h0, c0 } = call;
  rank3('x', x);
  const { y, h, c } = timeFirst({
    ...call,
    x: swapped(x, 0),
    ...(h0 && { h0: swapped(h0, 0) }),
    ...(c0 && { c0: swapped(c0, 0) }),
  });
  // [T, dirs, B, H] to [T, B, dirs, H] to [B, T, dirs, H].
  return { y: swapped(swapped(y, 1), 0), h: swapped(h, 0), ...(c && { c: swapped(c, 0) }) };
}

/** With dimensions `axis` and `axis + 1` exchanged. */
function swapped({ data, shape }: Tensor, axis: number): Tensor {
  const size = (from: number, to?: number): number => shape.slice(from, to).reduce((a, b) => a * b, 1);
  const [m = 0, n = 0] = shape.slice(axis);
  const row = size(axis + 2);
  const out = new Float32Array(data.length);
  for (let o = 0; o < size(0, axis); o++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const at = ((o * m + i) * n + j) * row;
        out.set(data.subarray(at, at + row), ((o * n + j) * m + i) * row);
      }
    }
  }
  return tensor(out, [...shape.slice(0, axis), n, m, ...shape.slice(axis + 2)]);
}
