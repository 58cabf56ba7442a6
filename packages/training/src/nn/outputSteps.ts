/** How many steps of the first output a sample of so many steps has. */
import type { NetworkPlan } from './networkPlan.ts';
import { nodeSteps } from './nodeSteps.ts';

/** @param steps of every input */
export function outputSteps(plan: NetworkPlan, steps: number): number {
  const inputs = plan.inputs.map(() => steps);
  return nodeSteps(plan, inputs)[plan.outputs[0]!]!;
}
