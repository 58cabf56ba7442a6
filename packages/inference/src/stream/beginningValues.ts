/** What the recurrent nodes of a graph begin with: computed by the part of the graph that makes their first states. */
import { RivuletError, type Tensor } from '@rivulet/core';
import type { AnyTensor } from '../engine/engine.ts';
import { zerosOf } from '../engine/feeds.ts';
import type { GraphHost } from '../engine/fused/fusedSession.ts';
import { count } from '../engine/fused/value.ts';
import { pruned } from './cutStates.ts';

/**
 * @param names of initial states, of one sequence; absent ones are passed over
 * @param given feeds of the inputs that make them; default zeros
 * @param pushed inputs that each push brings, which no initial state may depend on
 * @throws ARGUMENT for a given feed that makes no initial state, TENSOR_SHAPE for one of another shape
 */
export function beginningValues(
  host: GraphHost,
  names: readonly (string | undefined)[],
  given: Readonly<Record<string, AnyTensor>>,
  pushed: ReadonlySet<string>,
): Record<string, Tensor> {
  const wanted = [...new Set(names.filter((name): name is string => Boolean(name)))];
  const beginning = pruned(host.whole(), wanted);
  const takes = beginning.inputs.filter(({ name }) => !pushed.has(name)).map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !takes.includes(name));
  if (unknown !== undefined) {
    throw new RivuletError('ARGUMENT', `no initial state comes in by "${unknown}"`, {
      input: unknown,
      inputs: takes,
    });
  }
  if (wanted.length === 0) return {};
  const feeds = Object.fromEntries(
    beginning.inputs.map(({ name, type, shape }): [string, AnyTensor] => {
      const sizes = shape.map((n) => (typeof n === 'number' && n >= 0 ? n : 1));
      return [name, given[name] ?? ({ data: zerosOf(type, count(sizes)), shape: sizes } as AnyTensor)];
    }),
  );
  return host.execute(beginning, feeds);
}
