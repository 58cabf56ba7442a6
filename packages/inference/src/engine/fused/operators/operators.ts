/** Every operator that the fused engine runs. Adding one: a file here, a line in this table, a case in test/parity. */
import type { OnnxModel } from '@rivulet/core';
import { type Plan, planGraph, type Refusal } from '../planGraph.ts';
import * as ranges from '../ranges.ts';
import { changedRecurrent } from './changedRecurrent.ts';
import { computedRecurrent } from './computedRecurrent.ts';
import { conv } from './conv.ts';
import { convTranspose } from './convTranspose.ts';
import { dense } from './dense.ts';
import { dynamicLstm } from './dynamicLstm.ts';
import { einsum } from './einsum.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { GATHER } from './gather.ts';
import { anyGemm, anyMatMul } from './matMul.ts';
import { mirrorPad } from './mirrorPad.ts';
import { pad } from './move.ts';
import { NORMALISE } from './normalise.ts';
import { plainForms } from './plainForms.ts';
import { POINTWISE } from './pointwise.ts';
import { POOL } from './pool.ts';
import { QUANTISED } from './quantised.ts';
import { RARE_ELEMENTWISE } from './rareElementwise.ts';
import { recurrent } from './recurrent.ts';
import { REDUCE } from './reduce.ts';
import { RESHAPE_IF, reshapeIf } from './reshapeIf.ts';
import { resized } from './resized.ts';
import { tile } from './tile.ts';
import { type OperatorTable, USUAL_OPERATORS } from './usualOperators.ts';

const cell = [recurrent, changedRecurrent, computedRecurrent];

export const OPERATORS: OperatorTable = {
  ...USUAL_OPERATORS,
  ...ELEMENTWISE,
  ...RARE_ELEMENTWISE,
  ...POINTWISE,
  ...REDUCE,
  ...GATHER,
  ...NORMALISE,
  ...POOL,
  ...QUANTISED,
  RNN: cell,
  LSTM: cell,
  GRU: cell,
  MatMul: [dense, anyMatMul],
  Gemm: [dense, anyGemm],
  Conv: conv,
  ConvTranspose: convTranspose,
  Resize: resized,
  Einsum: einsum,
  Pad: [pad, mirrorPad],
  Tile: tile,
  'com.microsoft.DynamicQuantizeLSTM': dynamicLstm,
  [RESHAPE_IF]: reshapeIf,
};

/** Plans a model with all of them, and what only they need: plain forms of nodes, and products that round. */
export const planWithAll = (model: OnnxModel): Plan | Refusal =>
  planGraph(plainForms(model), OPERATORS, ranges);
