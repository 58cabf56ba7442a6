/** Every operator that the fused engine runs. Adding one: a file here, a line in this table, a case in test/parity. */
import type { Operator } from '../operator.ts';
import { anyRecurrent } from './anyRecurrent.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { GATHER } from './gather.ts';
import { constantOfShape, range, shape, size } from './host.ts';
import { anyGemm, anyMatMul } from './matMul.ts';
import { concat, expand, pad, slice, split, tile, transpose } from './move.ts';
import { NORMALISE } from './normalise.ts';
import { binary, softmax, unary } from './pointwise.ts';
import { POOL } from './pool.ts';
import { recurrent } from './recurrent.ts';
import { REDUCE } from './reduce.ts';
import { identity, reshape } from './reshape.ts';

/** Of a list the first that takes the node. */
export const OPERATORS: Readonly<Record<string, Operator | readonly Operator[]>> = {
  ...ELEMENTWISE,
  ...REDUCE,
  ...GATHER,
  ...NORMALISE,
  ...POOL,
  RNN: [recurrent, anyRecurrent],
  LSTM: [recurrent, anyRecurrent],
  GRU: [recurrent, anyRecurrent],
  Conv: conv,
  MatMul: [dense, anyMatMul],
  Gemm: [dense, anyGemm],
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
  Expand: expand,
  Tile: tile,
  Split: split,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Identity: identity,
  Dropout: identity,
  Shape: shape,
  Size: size,
  ConstantOfShape: constantOfShape,
  Range: range,
};
