/**
 * DynamicQuantizeLSTM, which onnxruntime's quantize_dynamic makes of an LSTM: the same layer on its int8 weights. Its
 * activations have 14 or 16 bits here where onnxruntime rounds them to 8, so results are nearer to the float model's.
 */
import { GATES } from '@rivulet/core';
import { floatsOf, type MatrixConstant } from '../constants.ts';
import type { GraphFacts, Operator, PlanNode } from '../operator.ts';
import { refusesNode } from './changedCells.ts';
import { packedCells } from './changedRecurrent.ts';
import { bytesOf } from './quantised.ts';
import { prepareLayers, sourcesOf } from './recurrent.ts';
import { B, dirsOf, P, R, W } from './recurrentNode.ts';

/** Positions of the scales of W and R; the zeros stand behind each. */
const [W_SCALE, R_SCALE] = [8, 10];

/** The node as the LSTM that it is otherwise. */
const asLstm = (plan: PlanNode): PlanNode => ({ ...plan, node: { ...plan.node, op: 'LSTM' } });

/** From [dirs, inputs, rows], a scale for each direction or for each of its rows. */
function weightsOf(
  { node, inputs }: PlanNode,
  facts: GraphFacts,
  at: number,
  scaleAt: number,
): MatrixConstant | undefined {
  const constant = facts.constant(inputs[at]);
  const given = bytesOf(constant);
  const [dirs = 0, width = 0, rows = 0] = constant?.tensor.shape ?? [];
  const scale = floatsOf(facts.constant(inputs[scaleAt]));
  const zeros = bytesOf(facts.constant(inputs[scaleAt + 1]));
  const shift = given instanceof Uint8Array ? 128 : 0;
  if (!given || dirs !== dirsOf(node) || !scale || !zeros?.every((zero) => zero === shift)) return undefined;
  if (scale.length !== dirs && scale.length !== dirs * rows) return undefined;
  const data = new Int8Array(given.length);
  for (let i = 0; i < data.length; i++) {
    const [d, row, k] = [Math.floor(i / (rows * width)), Math.floor(i / width) % rows, i % width];
    data[i] = given[(d * width + k) * rows + row]! - shift;
  }
  const each = (dirs * rows) / scale.length;
  const scales = Float32Array.from({ length: dirs * rows }, (_, i) => scale[Math.floor(i / each)]!);
  return { shape: [dirs, rows, width], data, scales };
}

export const dynamicLstm: Operator = {
  packs: [W, R, B, P, W_SCALE, W_SCALE + 1, R_SCALE, R_SCALE + 1],
  needs: 3,

  refuses(plan, facts) {
    const [w, r] = [weightsOf(plan, facts, W, W_SCALE), weightsOf(plan, facts, R, R_SCALE)];
    const [, rows = 0, hidden = 0] = r?.shape ?? [];
    if (!w || !r || hidden === 0 || rows !== GATES.lstm * hidden || w.shape[1] !== rows) {
      return 'weights that are not constant, or around another zero than the middle';
    }
    const wanted = [2 * rows, 3 * hidden].map((size) => size * dirsOf(plan.node));
    const fits = [B, P].every((i, n) => {
      return !plan.inputs[i] || floatsOf(facts.constant(plan.inputs[i]))?.length === wanted[n];
    });
    return fits ? refusesNode(asLstm(plan).node) : 'biases or peepholes that do not fit';
  },

  prepare(plan, loader) {
    const [w, r] = [weightsOf(plan, loader, W, W_SCALE)!, weightsOf(plan, loader, R, R_SCALE)!];
    const lstm = asLstm(plan);
    const cells = packedCells(lstm, loader, r.shape[2]!);
    const bind = prepareLayers(lstm, loader, sourcesOf(lstm, loader, cells, w, r));
    return (binder, inputs, bound) => bind(binder, inputs, asLstm(bound));
  },
};
