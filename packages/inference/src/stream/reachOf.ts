/** How far a step of a graph looks to its sides: what is computed for some of the steps needs so many more of them. */
import type { FusedGraph } from '../engine/fused/fusedSession.ts';
import { kernelOf, windowsOf } from '../engine/fused/operators/windows.ts';
import type { Dimensions } from './findDimensions.ts';
import { axisOfSpan } from './span.ts';

/** In steps. */
export interface Reach {
  readonly before: number;
  readonly after: number;
}

/** At most: windows that slide one behind the other add up, and all of a graph's are taken as such. */
export function reachOf({ nodes }: FusedGraph, { timeAt, values }: Dimensions): Reach {
  const reach = { before: 0, after: 0 };
  for (const { plan } of nodes) {
    const [input = ''] = plan.inputs;
    const span = timeAt.get(input);
    if (plan.node.op !== 'Conv' || typeof span !== 'object') continue;
    const { shape } = values.get(input)!;
    const { axis } = axisOfSpan(shape, span)!;
    if (axis < 2) continue;
    const kernel = kernelOf(plan.node, shape, values.get(plan.outputs[0]!)!.shape);
    const { before, after } = windowsOf(plan.node, shape, kernel)[axis - 2]!;
    reach.before += before;
    reach.after += after;
  }
  return reach;
}
