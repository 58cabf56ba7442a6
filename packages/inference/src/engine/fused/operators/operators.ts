/** Every operator that the fused engine runs. Adding one: a file here, a line in this table, a case in test/parity. */
import type { Operator } from '../operator.ts';
import { dense } from './dense.ts';
import { concat, expand, gather, pad, slice, split, transpose } from './move.ts';
import { binary, softmax, unary } from './pointwise.ts';
import { recurrent } from './recurrent.ts';
import { identity, reshape } from './reshape.ts';

export const OPERATORS: Readonly<Record<string, Operator>> = {
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  MatMul: dense,
  Gemm: dense,
  Relu: unary,
  Tanh: unary,
  Sigmoid: unary,
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Softmax: softmax,
  LogSoftmax: softmax,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  Pad: pad,
  Gather: gather,
  Expand: expand,
  Split: split,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Identity: identity,
  Dropout: identity,
};
