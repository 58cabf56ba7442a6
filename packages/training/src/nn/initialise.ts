/** First weights of a whole network; each kind of layer says in `ops/` what its own are. */
import { Random } from '../random.ts';
import type { NetworkPlan } from './networkPlan.ts';

/** Fills the flat vector [plan.floats]; each layer draws from its own name, so that adding one leaves the rest. */
export function initialise(plan: NetworkPlan, weights: Float32Array, seed: number): void {
  const root = Random.fromSeed(seed).derive('initialise');
  weights.fill(0);
  for (const node of plan.nodes) {
    node.initialise?.(({ offset, size }) => weights.subarray(offset, offset + size), root);
  }
}
