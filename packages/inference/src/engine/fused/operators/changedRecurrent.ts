/** RNN, LSTM and GRU with constant weights and a changed cell: few models have one, and to run it takes more code. */
import { type InferMachine, packChanges } from '@rivulet/kernels/infer';
import { floatsOf, matrixOf } from '../constants.ts';
import type { GraphFacts, Operator, PlanNode } from '../operator.ts';
import { cellsOf, refusesNode } from './changedCells.ts';
import { packAll, recurrent, refusesWeights, sourcesOf } from './recurrent.ts';
import { bindLayers } from './recurrentLayers.ts';
import { C0, type DirectionCell, H0, P, R, X } from './recurrentNode.ts';

export const changedRecurrent: Operator = {
  ...recurrent,

  refuses: (plan, facts) => refusesWeights(plan, facts) ?? refusesNode(plan.node),

  prepare(plan, loader) {
    const hidden = matrixOf(loader.constant(plan.inputs[R]), [0, 1])!.shape[2]!;
    const cells = packedCells(loader.machine, plan, loader, hidden);
    const layers = packAll(loader.machine, sourcesOf(plan, loader, cells));
    for (const i of [X, H0, C0]) loader.pin(plan.inputs[i]);
    return (binder, inputs, bound) => bindLayers(bound, layers, binder, inputs);
  },
};

/** Each direction's cell, its changes in the machine's memory for good. */
export const packedCells = (
  machine: InferMachine,
  { node, inputs }: PlanNode,
  facts: GraphFacts,
  hidden: number,
): DirectionCell[] =>
  cellsOf(node, floatsOf(facts.constant(inputs[P]))).map(({ activation, changes }) => ({
    activation,
    changes: changes && packChanges(machine, changes, hidden),
  }));
