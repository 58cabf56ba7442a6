import type { PlanNode } from './operator.ts';

/** @returns why a node cannot be bound whose inputs from `hosted` on must be known before running */
export function dependsOnData(
  { inputs }: PlanNode,
  hosted: number,
  isHost: (name: string) => boolean,
): string | undefined {
  return inputs.slice(hosted).some((name) => name && !isHost(name))
    ? 'places that depend on data'
    : undefined;
}
