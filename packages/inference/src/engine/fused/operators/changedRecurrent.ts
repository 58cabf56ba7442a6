/** RNN, LSTM and GRU with constant weights and a changed cell: few models have one, and to run it takes more code. */
import { packChanges } from '@rivulet/kernels/infer';
import { floatsOf, matrixOf } from '../constants.ts';
import type { Loader, Operator, PlanNode } from '../operator.ts';
import { cellsOf, refusesNode } from './changedCells.ts';
import { prepareLayers, recurrent, refusesWeights, sourcesOf } from './recurrent.ts';
import { type DirectionCell, P, R } from './recurrentNode.ts';

export const changedRecurrent: Operator = {
  ...recurrent,

  refuses: (plan, facts) => refusesWeights(plan, facts) ?? refusesNode(plan.node),

  prepare(plan, loader) {
    const hidden = matrixOf(loader.constant(plan.inputs[R]), [0, 1])!.shape[2]!;
    return prepareLayers(plan, loader, sourcesOf(plan, loader, packedCells(plan, loader, hidden)));
  },
};

/** Each direction's cell, its changes in the machine's memory for good. */
export const packedCells = ({ node, inputs }: PlanNode, loader: Loader, hidden: number): DirectionCell[] =>
  cellsOf(node, floatsOf(loader.constant(inputs[P]))).map(({ activation, changes }) => ({
    activation,
    changes: changes && packChanges(loader.machine, changes, hidden),
  }));
