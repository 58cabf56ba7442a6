/** RNN, LSTM and GRU whose weights the graph computes: the same kernels, and the weights packed anew at each run. */
import { attributeOf, GATES, type OnnxNode } from '@rivulet/core';
import { repackedLayer } from '@rivulet/kernels/infer';
import type { Operator } from '../operator.ts';
import { shapeError } from '../value.ts';
import { cellsOf, refusesNode } from './changedCells.ts';
import { bindLayers } from './recurrentLayers.ts';
import { B, CELLS, dirsOf, type Kind, P, R, W } from './recurrentNode.ts';

const WEIGHTS = [W, R, B, P] as const;

export const computedRecurrent: Operator = {
  needs: 3,

  refuses({ node, inputs }, facts) {
    // Constants of a wrong size show before anything runs.
    const shapes = WEIGHTS.map((i) => facts.constant(inputs[i])?.tensor.shape);
    const [w, r] = shapes;
    const wanted = weightShapes(node, w?.[2] ?? 0, r?.[2] ?? attributeOf(node, 'hidden_size', 'int', 0));
    const fits = shapes.every((shape, i) => !shape || String(shape) === String(wanted[i]));
    return fits && r?.[2] !== 0
      ? refusesNode(node)
      : `weights of shapes ${shapes.map((shape) => `[${shape ?? ''}]`).join(' ')}`;
  },

  prepare({ node, inputs }, loader) {
    inputs.forEach(loader.pin);
    const kind = node.op as Kind;
    return (binder, values, bound) => {
      const { machine } = binder;
      const [w, r, b, p] = WEIGHTS.map((i) => values[i] && binder.device(values[i]));
      const [input, hidden] = [w!.shape[2] ?? 0, r!.shape[2] ?? 0];
      const wanted = weightShapes(node, input, hidden);
      [w, r, b, p].forEach((value, i) => {
        if (value && String(value.shape) !== String(wanted[i])) {
          throw shapeError(kind, `input ${WEIGHTS[i]} must be [${wanted[i]}]`, value.shape);
        }
      });
      if (hidden === 0) throw shapeError(kind, 'no hidden units', r!.shape);
      const rows = GATES[CELLS[kind]] * hidden;
      // Peepholes of any value: the true ones come with each run.
      const cells = cellsOf(node, p && new Float32Array(dirsOf(node) * 3 * hidden));
      const layers = cells.map((cell, d) => {
        const from = (value: typeof w, row: number): number => (value ? value.buffer.at + d * row * 4 : 0);
        const { layer, pack } = repackedLayer(
          machine,
          {
            ...cell,
            ...{ cell: CELLS[kind], input, hidden },
            linearBeforeReset: attributeOf(node, 'linear_before_reset', 'int', 0) !== 0,
            ...{ w: from(w, rows * input), r: from(r, rows * hidden), b: from(b, 2 * rows) },
            p: from(p, 3 * hidden),
          },
          (bytes) => binder.temporary(bytes),
        );
        binder.step(pack);
        return layer;
      });
      return bindLayers(bound, layers, binder, values);
    };
  },
};

/** Of W, R, B and P. The size that the node names counts where it names one. */
function weightShapes(node: OnnxNode, input: number, given: number): number[][] {
  const hidden = attributeOf(node, 'hidden_size', 'int', given);
  const [dirs, rows] = [dirsOf(node), GATES[CELLS[node.op as Kind]] * hidden];
  return [
    [dirs, rows, input],
    [dirs, rows, hidden],
    [dirs, 2 * rows],
    [dirs, 3 * hidden],
  ];
}
