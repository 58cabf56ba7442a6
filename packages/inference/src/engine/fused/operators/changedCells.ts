/** All that ONNX lets an RNN, LSTM or GRU node change of its cell: activations, clip, input_forget and peepholes. */
import { ACTIVATIONS, activationsOf, attributeOf, isActivation, type OnnxNode } from '@rivulet/core';
import type { CellChanges } from '@rivulet/kernels/infer';
import { CELLS, DEFAULTS, dirsOf, type Kind, refusesDirection } from './recurrentNode.ts';

/** @returns why no engine of ours runs it, whatever its weights are */
export function refusesNode(node: OnnxNode): string | undefined {
  const names = attributeOf(node, 'activations', 'strings', []);
  const wanted = dirsOf(node) * ACTIVATIONS[CELLS[node.op as Kind]];
  const known = names.every((name) => isActivation(name.toLowerCase()));
  const why = known && [0, wanted].includes(names.length) ? undefined : `activations ${names.join(', ')}`;
  return refusesDirection(node) ?? why;
}

export interface ChangedCell {
  /** RNN only. */
  readonly activation: 'tanh' | 'relu';
  /** Absent: the cell as it usually is. */
  readonly changes: CellChanges | undefined;
}

/** What each direction does with its gates. @param peepholes [dirs, 3 * H] */
export function cellsOf(node: OnnxNode, peepholes: Float32Array | undefined): ChangedCell[] {
  const kind = node.op as Kind;
  const dirs = dirsOf(node);
  const usual = DEFAULTS[kind];
  const given = attributeOf(node, 'activations', 'strings', []);
  const all = activationsOf(
    given.length > 0 ? given : Array.from({ length: dirs }, () => usual).flat(),
    attributeOf(node, 'activation_alpha', 'floats', []),
    attributeOf(node, 'activation_beta', 'floats', []),
  );
  const clip = attributeOf(node, 'clip', 'float', 0);
  const inputForget = kind === 'LSTM' && attributeOf(node, 'input_forget', 'int', 0) !== 0;
  const each = (peepholes?.length ?? 0) / dirs;
  return Array.from({ length: dirs }, (_, d) => {
    const functions = all.slice(d * usual.length, (d + 1) * usual.length);
    const relu = kind === 'RNN' && functions[0]!.name === 'relu';
    const plain = relu || functions.every(({ name }, i) => name === usual[i]);
    const changed = !plain || clip !== 0 || inputForget || peepholes !== undefined;
    const own = peepholes?.subarray(d * each, (d + 1) * each);
    return {
      activation: relu ? 'relu' : 'tanh',
      changes: changed ? { functions, clip, inputForget, peepholes: own } : undefined,
    };
  });
}
