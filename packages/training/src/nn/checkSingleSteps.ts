/** Some layers read one step of another: a state to start from, a vector to repeat. Whether it has one shows in the recipe. */
import { RivuletError } from '@rivulet/core';
import type { NetworkPlan } from './networkPlan.ts';
import { MANY_STEPS } from './outputSteps.ts';

/**
 * @param vectors inputs of one step, as the task says; all others are sequences
 * @throws RECIPE_INVALID naming the key that names a layer or an input of many steps
 */
export function checkSingleSteps({ nodes, inputs }: NetworkPlan, vectors: readonly string[]): void {
  const steps: number[] = [];
  nodes.forEach(({ name, sources, steps: stepsFrom, single }, i) => {
    const of = sources.map((source) => steps[source]!);
    if (of.length === 0) steps[i] = vectors.includes(name) ? 1 : MANY_STEPS;
    else steps[i] = stepsFrom ? stepsFrom.call(nodes[i], of) : of[0]!;
    if (!single || steps[single.source] === 1) return;
    const key = `network.layers.${i - inputs.length}.${single.key}`;
    const got = nodes[single.source]!.name;
    const message = `${got} has many steps, where ${name} needs one, as a pool or a state layer yields`;
    throw new RivuletError('RECIPE_INVALID', `The recipe's ${key} is wrong: ${message}`, { key, got });
  });
}
