/** Every operator that the WebGPU engine runs. Adding one: a file here, a line in this table, a case in the browser. */
import { concat, expand, gatherKnown, pad, slice, split, transpose } from '../../fused/operators/move.ts';
import { RESHAPE_IF, reshapeIf } from '../../fused/operators/reshapeIf.ts';
import { tile } from '../../fused/operators/tile.ts';
import { MACHINELESS_OPERATORS, type OperatorTable } from '../../fused/operators/usualOperators.ts';
import type { GpuOperator } from '../gpuOperator.ts';
import { gpuConv } from './gpuConv.ts';
import { GPU_ELEMENTWISE } from './gpuElementwise.ts';
import { gpuGemm, gpuMatMul } from './gpuMatMul.ts';
import { gpuMoving } from './gpuMove.ts';
import { gpuRecurrent } from './gpuRecurrent.ts';
import { GPU_ROWS, gpuGather } from './gpuRows.ts';

export const GPU_OPERATORS: OperatorTable<GpuOperator> = {
  ...MACHINELESS_OPERATORS,
  [RESHAPE_IF]: reshapeIf,
  ...GPU_ELEMENTWISE,
  ...GPU_ROWS,
  RNN: gpuRecurrent,
  LSTM: gpuRecurrent,
  GRU: gpuRecurrent,
  MatMul: gpuMatMul,
  Gemm: gpuGemm,
  Conv: gpuConv,
  Gather: [gpuMoving(gatherKnown), gpuGather],
  Transpose: gpuMoving(transpose),
  Slice: gpuMoving(slice),
  Concat: gpuMoving(concat),
  Pad: gpuMoving(pad),
  Expand: gpuMoving(expand),
  Tile: gpuMoving(tile),
  Split: gpuMoving(split),
};
