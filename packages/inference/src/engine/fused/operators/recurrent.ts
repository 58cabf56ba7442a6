/**
 * RNN, LSTM and GRU with constant weights: any direction, lengths, initial and final states. All that ONNX lets a node
 * change of its cell is in changedRecurrent.ts.
 */
import { attributeOf, GATES } from '@rivulet/core';
import {
  type InferMachine,
  packRecurrent,
  type RecurrentLayer,
  type RecurrentSource,
} from '@rivulet/kernels/infer';
import { floatsOf, type MatrixConstant, matrixOf } from '../constants.ts';
import type { Bind, GraphFacts, Loader, Operator, PlanNode } from '../operator.ts';
import { bindLayers } from './recurrentLayers.ts';
import {
  B,
  C0,
  CELLS,
  type DirectionCell,
  dirsOf,
  H0,
  type Kind,
  P,
  R,
  refusesDirection,
  usualCells,
  W,
  X,
} from './recurrentNode.ts';

export const recurrent: Operator = {
  packs: [W, R, B, P],
  needs: 3,

  refuses(plan, facts) {
    // In its plain form it has layout 0.
    if (attributeOf(plan.node, 'layout', 'int', 0) !== 0) return 'layout=1';
    const why = refusesWeights(plan, facts) ?? refusesDirection(plan.node);
    return why ?? (usualCells(plan) ? undefined : 'peepholes, clip, input_forget or activations');
  },

  takesRange: ({ inputs }, facts) => matrixOf(facts.constant(inputs[W]), [0, 1])?.data instanceof Int8Array,

  prepare: (plan, loader) => prepareLayers(plan, loader, sourcesOf(plan, loader)),
};

/** Packs the layers of a node's directions: `prepare` of whoever knows what they are made of. */
export function prepareLayers(plan: PlanNode, loader: Loader, sources: readonly RecurrentSource[]): Bind {
  const layers = packAll(loader.machine, sources);
  for (const i of [X, H0, C0]) loader.pin(plan.inputs[i]);
  return (binder, inputs, bound) => bindLayers(bound, layers, binder, inputs);
}

export function refusesWeights({ node, inputs }: PlanNode, facts: GraphFacts): string | undefined {
  const [w, r] = [W, R].map((i) => matrixOf(facts.constant(inputs[i]), [0, 1]));
  if (!w || !r) return 'weights that are not constant';
  const [b, p] = [B, P].map((i) => inputs[i] && floatsOf(facts.constant(inputs[i])));
  if (inputs[B] && !b) return 'biases that are not constant';
  if (inputs[P] && !p) return 'peepholes that are not constant';
  const [dirs, hidden, input] = [dirsOf(node), r.shape[2] ?? 0, w.shape[2] ?? 0];
  const rows = GATES[CELLS[node.op as Kind]] * hidden;
  const fits =
    hidden > 0 &&
    attributeOf(node, 'hidden_size', 'int', hidden) === hidden &&
    String(w.shape) === String([dirs, rows, input]) &&
    String(r.shape) === String([dirs, rows, hidden]) &&
    (!b || b.length === dirs * 2 * rows) &&
    (!p || p.length === dirs * 3 * hidden);
  return fits ? undefined : `weights of shapes [${w.shape}] and [${r.shape}]`;
}

/** Apart from `prepareLayers`, whose closures would keep the loader, and with it the file. */
function packAll(machine: InferMachine, sources: readonly RecurrentSource[]): RecurrentLayer[] {
  return sources.map((source) => packRecurrent(machine, source));
}

/**
 * Each direction of a node that `refuses` let through.
 * @param cells of a changed cell: what they are
 * @param w [dirs, G * H, I]
 * @param r [dirs, G * H, H]
 */
export function sourcesOf(
  plan: PlanNode,
  facts: GraphFacts,
  cells: readonly DirectionCell[] = usualCells(plan)!,
  w: MatrixConstant = matrixOf(facts.constant(plan.inputs[W]), [0, 1])!,
  r: MatrixConstant = matrixOf(facts.constant(plan.inputs[R]), [0, 1])!,
): RecurrentSource[] {
  const { node, inputs, range } = plan;
  const cell = CELLS[node.op as Kind];
  const biases = floatsOf(facts.constant(inputs[B]));
  const [, rows = 0, input = 0] = w.shape;
  const hidden = rows / GATES[cell];
  return cells.map((direction, d) => {
    const part = ({ data, scales }: typeof w, width: number) => ({
      data: data.subarray(d * rows * width, (d + 1) * rows * width),
      scales: scales?.subarray(d * rows, (d + 1) * rows),
    });
    return {
      ...direction,
      ...{ cell, input, hidden },
      linearBeforeReset: attributeOf(node, 'linear_before_reset', 'int', 0) !== 0,
      w: { ...part(w, input), range },
      r: part(r, hidden),
      b: biases?.subarray(d * 2 * rows, (d + 1) * 2 * rows),
    };
  });
}
