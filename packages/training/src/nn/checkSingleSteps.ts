/** Some layers read one step of another: a state to start from, a vector to repeat. Whether it has one shows in the recipe. */
import { RivuletError } from '@rivulet/core';
import type { NetworkPlan } from './networkPlan.ts';
import { longestInputs, nodeSteps } from './nodeSteps.ts';

/**
 * @param vectors inputs of one step, as the task says; all others are sequences
 * @throws RECIPE_INVALID naming the key that names a layer or an input of many steps
 */
export function checkSingleSteps(plan: NetworkPlan, vectors: readonly string[]): void {
  const { nodes, inputs } = plan;
  const steps = nodeSteps(
    plan,
    longestInputs(plan, (name) => vectors.includes(name)),
  );
  nodes.forEach(({ name, single }, i) => {
    if (!single || steps[single.source] === 1) return;
    const key = `network.layers.${i - inputs.length}.${single.key}`;
    const got = nodes[single.source]!.name;
    const message = `${got} has many steps, where ${name} needs one, as a pool or a state layer yields`;
    throw new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, { key, got });
  });
}
