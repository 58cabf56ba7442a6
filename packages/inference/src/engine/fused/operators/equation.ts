/** What an Einsum's equation says of its inputs' dimensions. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import type { Value } from '../value.ts';

export interface Equation {
  readonly terms: readonly string[];
  readonly result: string;
}

/** Stands for `...`: any number of dimensions, which broadcast. */
export const REST = '~';
/** Names of those, the last one first from behind; the others have letters. */
const REST_NAMES = '0123456789';

/** Without an arrow the result has `...` and the names that stand once, in the order of the alphabet. */
export function equationOf(node: OnnxNode): Equation {
  const equation = attributeOf(node, 'equation', 'string', '').replaceAll(' ', '').replaceAll('...', REST);
  const [left = '', given] = equation.split('->');
  const names = [...new Set(left.replaceAll(',', ''))].sort();
  const once = names.filter((name) => name !== REST && left.split(name).length === 2).join('');
  return { terms: left.split(','), result: given ?? (left.includes(REST) ? REST : '') + once };
}

const restOf = (count: number): string => REST_NAMES.slice(REST_NAMES.length - count);

/** With names for the dimensions that `...` stands for. */
export function namedEquation(node: OnnxNode, inputs: readonly (Value | undefined)[]): Equation {
  const { terms, result } = equationOf(node);
  const counts = terms.map((term, i) =>
    term.includes(REST) ? Math.max(0, inputs[i]!.shape.length - term.length + 1) : 0,
  );
  return {
    terms: terms.map((term, i) => term.replace(REST, restOf(counts[i]!))),
    result: result.replace(REST, restOf(Math.max(...counts))),
  };
}
