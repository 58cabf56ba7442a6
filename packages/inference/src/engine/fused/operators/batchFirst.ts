/** Recurrent nodes of layout 1, the batch first, as nodes of layout 0 between transpositions: one order for all. */
import { attr, attributeOf, type OnnxNode } from '@rivulet/core';
import { CELLS } from './recurrentNode.ts';

/** Positions of X and the initial states. */
const INPUTS = [0, 5, 6];

/** @returns the nodes in running order, none of them of layout 1 */
export function timeFirst(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  return nodes.flatMap((node) => {
    if (!Object.hasOwn(CELLS, node.op) || attributeOf(node, 'layout', 'int', 0) === 0) return node;
    const inner = (name: string): string => `${name}/time first`;
    const turn = (from: string, to: string, perm: number[]): OnnxNode => ({
      op: 'Transpose',
      name: node.name ?? '',
      inputs: [from],
      outputs: [to],
      attributes: { perm: attr.ints(perm) },
    });
    const [y, ...states] = node.outputs;
    const fed = INPUTS.flatMap((i) => node.inputs[i] || []);
    // A name that stands at two positions is transposed once.
    const before = [...new Set(fed)].map((name) => turn(name, inner(name) + node.outputs, [1, 0, 2]));
    return [
      ...before,
      {
        ...node,
        inputs: node.inputs.map((name, i) =>
          name && INPUTS.includes(i) ? inner(name) + node.outputs : name,
        ),
        outputs: node.outputs.map((name) => name && inner(name)),
        attributes: { ...node.attributes, layout: attr.int(0) },
      },
      // [T, dirs, B, H] to [B, T, dirs, H]; [dirs, B, H] to [B, dirs, H].
      ...(y ? [turn(inner(y), y, [2, 0, 1, 3])] : []),
      ...states.flatMap((name) => (name ? turn(inner(name), name, [1, 0, 2]) : [])),
    ];
  });
}
