/** What an RNN, LSTM or GRU node says of itself. */
import { ACTIVATIONS, activationsOf, attributeOf, isActivation, type OnnxNode } from '@rivulet/core';
import type { CellChanges } from '@rivulet/kernels/infer';

export const CELLS = { RNN: 'rnn', LSTM: 'lstm', GRU: 'gru' } as const;
export type Kind = keyof typeof CELLS;

/** Positions of inputs. */
export const [X, W, R, B, LENGTHS, H0, C0, P] = [0, 1, 2, 3, 4, 5, 6, 7];

const DIRECTIONS: readonly string[] = ['forward', 'reverse', 'bidirectional'];
const DEFAULTS: Readonly<Record<Kind, readonly string[]>> = {
  RNN: ['tanh'],
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
};

export const directionOf = (node: OnnxNode): string => attributeOf(node, 'direction', 'string', 'forward');
export const dirsOf = (node: OnnxNode): number => (directionOf(node) === 'bidirectional' ? 2 : 1);

/** @returns why no engine of ours runs it, whatever its weights are */
export function refusesNode(node: OnnxNode): string | undefined {
  if (!DIRECTIONS.includes(directionOf(node))) return `direction=${directionOf(node)}`;
  const names = attributeOf(node, 'activations', 'strings', []);
  const wanted = dirsOf(node) * ACTIVATIONS[CELLS[node.op as Kind]];
  const known = names.every((name) => isActivation(name.toLowerCase()));
  return known && [0, wanted].includes(names.length) ? undefined : `activations ${names.join(', ')}`;
}

export interface DirectionCell {
  /** RNN only. */
  readonly activation: 'tanh' | 'relu';
  /** Absent: the cell as it usually is, for which there are kernels of its own. */
  readonly changes: CellChanges | undefined;
}

/** What each direction does with its gates. @param peepholes [dirs, 3 * H] */
export function cellsOf(node: OnnxNode, peepholes: Float32Array | undefined): DirectionCell[] {
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
