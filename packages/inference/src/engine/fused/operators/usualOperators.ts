/**
 * What a recurrent model is made of at least, and what exporters put around it to give its tensors their shapes. The
 * others are in operators.ts, a file that a page fetches when a model needs it, or may need it and is long in coming.
 */
import type { GraphFacts, Operator, OperatorRules } from '../operator.ts';
import { dense } from './dense.ts';
import { constantOfShape, range, shape, size } from './host.ts';
import { concat, expand, gatherKnown, pad, slice, split, transpose } from './move.ts';
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
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  MatMul: dense,
  Gemm: dense,
  Gather: gatherKnown,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  Pad: pad,
  Expand: expand,
  Split: split,
};
