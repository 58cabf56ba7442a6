/** How many steps each layer yields of inputs of so many: what lengths become on their way through a network. */
import type { NetworkPlan } from './networkPlan.ts';

/** A sequence so long that no stride and no join makes one step of it. */
export const MANY_STEPS = 2 ** 30;

/** Steps of each input, in the plan's order, where one is a vector or as long as can be. */
export function longestInputs({ nodes, inputs }: NetworkPlan, isVector: (name: string) => boolean): number[] {
  return inputs.map((i) => (isVector(nodes[i]!.name) ? 1 : MANY_STEPS));
}

/**
 * @param inputs steps of each input, in the plan's order
 * @returns those of each node
 */
export function nodeSteps({ nodes }: NetworkPlan, inputs: readonly number[]): number[] {
  const steps: number[] = [];
  nodes.forEach((node, i) => {
    const of = node.sources.map((source) => steps[source]!);
    steps.push(of.length === 0 ? inputs[i]! : (node.steps?.(of) ?? of[0]!));
  });
  return steps;
}
