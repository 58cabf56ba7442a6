/** What the kernels of the other layers ask of a caller: types only; trainTypes.ts says what holds for all. */
import type { Pointer } from './trainTypes.ts';

export type Activation = 'relu' | 'tanh' | 'sigmoid' | 'softplus';

export interface ConvCall {
  /** Steps that come out. */
  T: number;
  /** Lanes, a multiple of 8. */
  B: number;
  in: number;
  out: number;
  /** Steps of a window, and from one window to the next. */
  kernel: number;
  stride: number;
  /** [(T - 1) * stride + kernel][in][B]: the sequence with its padding. */
  x: Pointer;
  /** [out, kernel * in] */
  w: Pointer;
  /** [out] */
  b: Pointer;
  /** [T][out][B] */
  y: Pointer;
}

export interface ConvBackwardCall extends ConvCall {
  dy: Pointer;
  /** Shape of x, added to; absent: not computed */
  dx: Pointer;
  /** Shapes of w and b, added to */
  dw: Pointer;
  db: Pointer;
}

/** Activations rounded as the engine rounds them, each row [F] by a scale of its own. */
export interface RoundRowsCall {
  T: number;
  F: number;
  /** Lanes, a multiple of 8. */
  B: number;
  levels: number;
  /** [T][F][B] */
  x: Pointer;
  /** Same shape; may be x. */
  y: Pointer;
}

/** Inverted dropout (Srivastava et al. 2014): what stays is scaled, so that nothing is to be done when the model is used. */
export interface DropoutCall {
  rows: number;
  /** Of any number. */
  lanes: number;
  /** [rows][lanes] */
  x: Pointer;
  /** Same shape; may be x. */
  out: Pointer;
  /** [lanes] one random word a lane */
  keys: Int32Array;
  /** Part of the elements that become 0, below 1; the others are divided by what is left. */
  rate: number;
  /** Whether it is added to `out`. */
  accumulate: boolean;
}

/** Of each step and lane (Ba, Kiros and Hinton 2016): y = gain (x - mean) rstd + bias, rstd = 1 / sqrt(variance + eps). */
export interface LayerNormCall {
  T: number;
  F: number;
  B: number;
  /** Added to the variance. */
  eps: number;
  /** [T][F][B] */
  x: Pointer;
  y: Pointer;
  /** [F] */
  gain: Pointer;
  bias: Pointer;
  /** [T][B] (out) */
  mean: Pointer;
  rstd: Pointer;
}

export interface LayerNormBackwardCall extends LayerNormCall {
  dy: Pointer;
  /** Added to; absent: not computed */
  dx: Pointer;
  /** [F], added to */
  dgain: Pointer;
  dbias: Pointer;
}

/** y of a step is the row of the table that its id names. */
export interface EmbeddingCall {
  T: number;
  B: number;
  /** Features of a row. */
  E: number;
  /** [T][B] whole floats within the table */
  ids: Pointer;
  /** [V, E]; backward: its gradient, added to */
  table: Pointer;
  /** [T][E][B]; backward: its gradient */
  y: Pointer;
}

/** shares = softmax over keys of q k^T / sqrt(features of a head), y = shares v (Vaswani et al. 2017). */
export interface AttentionCall {
  /** Steps of the queries, and of keys and values. */
  T: number;
  S: number;
  B: number;
  /** Features of a query (and key), and of a value; each head has its part of both. */
  features: number;
  values: number;
  heads: number;
  /** A query sees the keys up to its own step. */
  causal: boolean;
  /** Int32 [B] valid steps of the keys; absent: all */
  lens: Pointer;
  /** [T][features][B] */
  q: Pointer;
  /** [S][features][B] */
  k: Pointer;
  /** [S][values][B] */
  v: Pointer;
  /** [T][values][B] */
  y: Pointer;
  /** [heads][T][S][B] (out) how much of each value goes into each step */
  shares: Pointer;
}

export interface AttentionBackwardCall extends AttentionCall {
  dy: Pointer;
  /** Each added to; absent: not computed */
  dq: Pointer;
  dk: Pointer;
  dv: Pointer;
}

/** The mean or the largest of each feature over a lane's valid steps. */
export interface PoolCall {
  T: number;
  F: number;
  B: number;
  kind: 'mean' | 'max';
  /** Int32 [B]; absent: all T */
  lens: Pointer;
  /** [T][F][B] */
  x: Pointer;
  /** [F][B] */
  y: Pointer;
  /** Int32 [F][B] (out) the step of the largest; `max` alone */
  places: Pointer;
}

export interface PoolBackwardCall extends PoolCall {
  dy: Pointer;
  /** Added to */
  dx: Pointer;
}

/** `m = momentum m + g + decay w`, then `w -= lr m`; with `nesterov` `w -= lr (g + decay w + momentum m)`. */
export interface SgdCall {
  count: number;
  w: Pointer;
  g: Pointer;
  m: Pointer;
  lr: number;
  momentum: number;
  nesterov: boolean;
  weightDecay: number;
}

export interface LayerKernels {
  sgdStep(call: SgdCall): void;
  /** dst += factor * src */
  addScaled(dst: Pointer, src: Pointer, count: number, factor: number): void;
  /** Each float within -limit ... limit. */
  clamp(ptr: Pointer, count: number, limit: number): void;
  /** y = f(y); `count` a multiple of 4. */
  activate(kind: Activation, y: Pointer, count: number): void;
  /** dy *= f'(x), told from y = f(x). */
  activateBackward(kind: Activation, y: Pointer, dy: Pointer, count: number): void;
  convForward(call: ConvCall): void;
  convBackward(call: ConvBackwardCall): void;
  /** The mask depends on a lane's key and the row alone: backward asks with the same keys. */
  dropout(call: DropoutCall): void;
  layerNormForward(call: LayerNormCall): void;
  layerNormBackward(call: LayerNormBackwardCall): void;
  embeddingForward(call: EmbeddingCall): void;
  embeddingBackward(call: EmbeddingCall): void;
  attentionForward(call: AttentionCall): void;
  attentionBackward(call: AttentionBackwardCall): void;
  poolForward(call: PoolCall): void;
  poolBackward(call: PoolBackwardCall): void;
  /** Rounds each row [F] of a step and lane to `levels` on each side of zero, scaled by its largest magnitude. */
  roundRows(call: RoundRowsCall): void;
  /** x[T][F][B], in place: zero beyond each lane's length, int32 lens [B]. */
  clearBeyond(x: Pointer, T: number, F: number, B: number, lens: Pointer): void;
  /** Copies floats within the memory. */
  copy(to: Pointer, from: Pointer, floats: number): void;
}
