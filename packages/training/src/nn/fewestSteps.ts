/**
 * A convolution without padding makes no step of a sequence that is shorter than its window: there a network says
 * nothing, a sample teaches nothing, and runtimes of the exported model refuse it.
 */
import { RivuletError } from '@rivulet/core';
import type { NetworkPlan } from './networkPlan.ts';
import { longestInputs, MANY_STEPS, nodeSteps } from './nodeSteps.ts';

export interface FewestSteps {
  /** Of the first input: with fewer of them a layer makes no step. */
  readonly steps: number;
  /** The first such layer; undefined where every layer makes do with one step. */
  readonly layer: string | undefined;
}

/**
 * @param vectors inputs of one step, as the task says; all others but the first are as long as need be
 * @throws RECIPE_INVALID naming a layer that makes no step of any sequence, as over the one step of a pool
 */
export function fewestSteps(plan: NetworkPlan, vectors: readonly string[]): FewestSteps {
  const { nodes, inputs } = plan;
  const [first, ...others] = longestInputs(plan, (name) => vectors.includes(name));
  const emptyWith = (steps: number): number =>
    nodeSteps(plan, [Math.min(first!, steps), ...others]).indexOf(0);
  const never = emptyWith(MANY_STEPS);
  if (never >= 0) {
    const key = `network.layers.${never - inputs.length}`;
    const got = nodes[never]!.name;
    const message = `${got} makes no step: what it reads has fewer than its window, however long the sequence`;
    throw new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, { key, got });
  }
  // More steps in are never fewer out.
  let short = 0;
  let steps = MANY_STEPS;
  while (steps - short > 1) {
    const middle = Math.floor((short + steps) / 2);
    if (emptyWith(middle) < 0) steps = middle;
    else short = middle;
  }
  return { steps, layer: short > 0 ? nodes[emptyWith(short)]!.name : undefined };
}
