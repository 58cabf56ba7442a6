/** What an RNN, LSTM or GRU node says of itself. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import type { Pointer } from '@rivulet/kernels/infer';
import type { PlanNode } from '../operator.ts';

export const CELLS = { RNN: 'rnn', LSTM: 'lstm', GRU: 'gru' } as const;
export type Kind = keyof typeof CELLS;

/** Positions of inputs. */
export const [X, W, R, B, LENGTHS, H0, C0, P] = [0, 1, 2, 3, 4, 5, 6, 7];

const DIRECTIONS: readonly string[] = ['forward', 'reverse', 'bidirectional'];
/** Activations of a direction, in lower case, where the node names none. */
export const DEFAULTS: Readonly<Record<Kind, readonly string[]>> = {
  RNN: ['tanh'],
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
};

export const directionOf = (node: OnnxNode): string => attributeOf(node, 'direction', 'string', 'forward');
export const dirsOf = (node: OnnxNode): number => (directionOf(node) === 'bidirectional' ? 2 : 1);

export const refusesDirection = (node: OnnxNode): string | undefined =>
  DIRECTIONS.includes(directionOf(node)) ? undefined : `direction=${directionOf(node)}`;

export interface DirectionCell {
  /** RNN only. */
  readonly activation: 'tanh' | 'relu';
  /** Where they are packed. Absent: the cell as it usually is, for which there are kernels of its own. */
  readonly changes?: Pointer | undefined;
}

/** @returns each direction's cell; undefined where the node changes more than the function of an RNN */
export function usualCells({ node, inputs }: PlanNode): DirectionCell[] | undefined {
  const kind = node.op as Kind;
  const usual = DEFAULTS[kind];
  const names = attributeOf(node, 'activations', 'strings', []).map((name) => name.toLowerCase());
  const cells = Array.from({ length: dirsOf(node) }, (_, d): DirectionCell | undefined => {
    const own = String(names.slice(d * usual.length, (d + 1) * usual.length));
    if (names.length === 0 || own === String(usual)) return { activation: 'tanh' };
    return kind === 'RNN' && own === 'relu' ? { activation: 'relu' } : undefined;
  });
  const changed =
    names.length > cells.length * usual.length ||
    inputs[P] ||
    attributeOf(node, 'clip', 'float', 0) !== 0 ||
    (kind === 'LSTM' && attributeOf(node, 'input_forget', 'int', 0) !== 0);
  return changed || cells.includes(undefined) ? undefined : (cells as DirectionCell[]);
}
