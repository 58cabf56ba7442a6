/**
 * What nearly every recurrent model is made of, and the arithmetic on shapes around it. The others are in
 * operators.ts, a file that a page fetches when a model needs it.
 */
import type { GraphFacts, Operator, OperatorRules } from '../operator.ts';
import { dense } from './dense.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { constantOfShape, range, shape, size } from './host.ts';
import { concat, expand, gatherKnown, pad, slice, split, transpose } from './move.ts';
import { binary, softmax, unary } from './pointwise.ts';
import { recurrent } from './recurrent.ts';
import { dropout, identity, reshape } from './reshape.ts';

/** By ONNX's name, others' behind their domain; of a list the first that takes the node. */
export type OperatorTable<O extends OperatorRules = Operator> = Readonly<Record<string, O | readonly O[]>>;

/** What only gives memory another name or shape, or is settled before anything runs: the same on every machine. */
export const MACHINELESS_OPERATORS: OperatorTable<Operator<GraphFacts, unknown>> = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Identity: identity,
  Dropout: dropout,
  Shape: shape,
  Size: size,
  ConstantOfShape: constantOfShape,
  Range: range,
};

export const USUAL_OPERATORS: OperatorTable = {
  ...MACHINELESS_OPERATORS,
  ...ELEMENTWISE,
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  MatMul: dense,
  Gemm: dense,
  Gather: gatherKnown,
  Relu: unary,
  Tanh: unary,
  Sigmoid: unary,
  Elu: unary,
  HardSigmoid: unary,
  LeakyRelu: unary,
  Softplus: unary,
  Softsign: unary,
  ThresholdedRelu: unary,
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
  Split: split,
};
