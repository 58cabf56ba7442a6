/**
 * What the training kernels ask of a caller: types only.
 *
 * Everything lives in one WebAssembly memory; a `Pointer` is a byte offset into it and 0 means absent.
 * Activations are `[step][feature][lane]`: the batch lies in the SIMD lanes, padded to a multiple of 8, so that
 * no kernel ever shuffles. Weights and the order of gates are ONNX's, row-major.
 */

import type { Cell } from '@rivulet/core';
import type { LayerKernels } from './layerTypes.ts';

export type Pointer = number;
export type CellKind = Cell;
export type Variant = 'plain' | 'relaxed';

export interface RecurrentCall {
  /** `gru` is ONNX's `linear_before_reset = 1`, the one PyTorch and cuDNN compute. */
  cell: CellKind;
  /** Of `rnn`; absent: tanh. */
  activation?: 'tanh' | 'relu';
  /** Steps. */
  T: number;
  /** Lanes, a multiple of 8. */
  B: number;
  input: number;
  hidden: number;
  /** Walks each lane from its last valid step to its first. */
  reverse: boolean;
  /** [T][input][B] */
  x: Pointer;
  /** [G*hidden, input]; gates LSTM `i o f c`, GRU `z r h` */
  w: Pointer;
  /** [G*hidden, hidden] */
  r: Pointer;
  /** [2*G*hidden]: the biases of W, then those of R */
  b: Pointer;
  /** int32 [B], the valid steps of each lane (0 in padding); absent: all T. Beyond it y is 0, the state is kept. */
  lens: Pointer;
  /** [hidden][B], absent: zeros */
  h0: Pointer;
  /** [hidden][B], LSTM only, absent: zeros */
  c0: Pointer;
  /** [hidden][B], the state after the last valid step (out); absent: not written */
  hn: Pointer;
  /** [hidden][B], LSTM only (out); absent: not written */
  cn: Pointer;
  /** [hidden][B] at each step (out) */
  y: Pointer;
  /** Floats from y of a step to y of the next: `hidden * B`, or twice that where two directions share a buffer. */
  yStride: number;
  /**
   * Rounds the state before R meets it, as `roundRows` does with so many levels on each side of zero; backward
   * passes it as if nothing were rounded. The cache must be for it. Absent: not rounded.
   */
  levels?: number;
  /** Gates of `lstm` and `gru` within 6e-5, those of the engine of 7-bit activations. Absent: exact. */
  quickGates?: boolean;
  /** `recurrentCacheFloats` floats that carry forward's results to backward. */
  cache: Pointer;
}

/** The fields of the forward call, unchanged, with x and the weights as they were then. The cache is consumed. */
export interface RecurrentBackwardCall extends RecurrentCall {
  /** Gradient of y, same place and stride rules as y. What stands beyond a lane's length is ignored. */
  dy: Pointer;
  /** [hidden][B], gradient of hn; absent: zeros */
  dhn: Pointer;
  /** [hidden][B], gradient of cn, LSTM only; absent: zeros */
  dcn: Pointer;
  /** [T][input][B], added to; absent: not computed */
  dx: Pointer;
  /** Shapes of w, r and b, added to. */
  dw: Pointer;
  dr: Pointer;
  db: Pointer;
  /** [hidden][B] (out); absent: not written */
  dh0: Pointer;
  dc0: Pointer;
}

/** Floats from a cache's start to its states [T+1][hidden][B]: slot s holds those after s steps of walking. */
export interface CachedStates {
  readonly h: number;
  /** LSTM only */
  readonly c?: number;
}

export interface DenseCall {
  /** Steps. */
  T: number;
  /** Lanes, a multiple of 8. */
  B: number;
  in: number;
  out: number;
  /** [T][in][B] */
  x: Pointer;
  /** [out, in] */
  w: Pointer;
  /** [out]; absent: no bias */
  b: Pointer;
  /** [T][out][B] */
  y: Pointer;
}

export interface DenseBackwardCall extends DenseCall {
  /** [T][out][B] */
  dy: Pointer;
  /** [T][in][B], added to; absent: not computed */
  dx: Pointer;
  /** [out, in], added to */
  dw: Pointer;
  /** [out], added to; absent: not computed */
  db: Pointer;
}

/** One AdamW step with decoupled decay: `w -= lr * (m/bias1 / (sqrt(v/bias2) + eps) + weightDecay * w)`. */
export interface AdamCall {
  count: number;
  w: Pointer;
  g: Pointer;
  m: Pointer;
  v: Pointer;
  lr: number;
  beta1: number;
  beta2: number;
  /** `1 - beta`, taken in float64: in float32 1 - 0.999 is off by 4.7e-5, and the curves show it. */
  oneMinusBeta1: number;
  oneMinusBeta2: number;
  eps: number;
  weightDecay: number;
  /** `1 - beta ** step` */
  bias1: number;
  bias2: number;
}

export interface TrainKernels extends LayerKernels {
  readonly variant: Variant;
  readonly memory: WebAssembly.Memory;
  /** Zeroed floats, 16-byte aligned. Grows the memory, which detaches every view taken before. */
  alloc(floats: number): Pointer;
  /** The top of the arena; `release(mark)` gives back everything allocated since. */
  mark(): number;
  release(mark: number): void;
  /**
   * Views of the memory. Take them again after any alloc and after any recurrent or dense call: these borrow
   * scratch above the arena's top, and may have to grow the memory the first time.
   */
  f32(ptr: Pointer, floats: number): Float32Array<ArrayBuffer>;
  i32(ptr: Pointer, count: number): Int32Array<ArrayBuffer>;
  /** @param rounds whether the call has `levels` */
  recurrentCacheFloats(
    cell: CellKind,
    T: number,
    input: number,
    hidden: number,
    B: number,
    rounds?: boolean,
  ): number;
  /** Where the states of all steps stand in a cache, from forward until backward consumes it. */
  recurrentStates(cell: CellKind, T: number, hidden: number, B: number): CachedStates;
  recurrentForward(call: RecurrentCall): void;
  recurrentBackward(call: RecurrentBackwardCall): void;
  denseForward(call: DenseCall): void;
  denseBackward(call: DenseBackwardCall): void;
  adamStep(call: AdamCall): void;
  scale(ptr: Pointer, count: number, factor: number): void;
  /** ptr *= factor, which is float64. @returns the sum of the products' squares in float64 */
  scaleSquares(ptr: Pointer, count: number, factor: number): number;
  fill(ptr: Pointer, count: number, value: number): void;
  /** dst += src */
  add(dst: Pointer, src: Pointer, count: number): void;
}

export interface TrainKernelsOptions {
  /** `auto` takes relaxed SIMD where there is any. `plain` computes the same bits on every processor. */
  variant?: 'auto' | Variant;
  /** Filled with what each kernel takes; every call then costs two looks at the clock more. */
  profile?: KernelProfile;
}

/** Calls and milliseconds since the beginning, by the name of the kernel. */
export type KernelProfile = Map<string, { calls: number; milliseconds: number }>;
