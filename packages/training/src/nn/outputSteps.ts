/** How many steps of the first output a sample of so many steps has: what lengths become on their way. */
import type { NetworkPlan } from './networkPlan.ts';

/** A sequence so long that no stride and no join makes one step of it. */
export const MANY_STEPS = 2 ** 30;

/** @param steps of the first input */
export function outputSteps({ nodes, outputs }: NetworkPlan, steps: number): number {
  const of = (i: number): number => {
    const node = nodes[i]!;
    if (node.sources.length === 0) return steps;
    const before = of(node.sources[0]!);
    return node.steps?.([before]) ?? before;
  };
  return of(outputs[0]!);
}
