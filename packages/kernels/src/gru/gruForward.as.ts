// GRU over a whole sequence, in the form with the reset after the product (linear_before_reset = 1), so that
// R h is one product for all three gates.

import { gruUnitPairs } from './gruUnitPairs.as';
import { gruUnits } from './gruUnits.as';

/**
 * One step for all lanes.
 *
 * gates [4][H][B] (out): the candidate n, z, r, and R h + its bias for n, which the reset gate multiplies. In this
 * order the three gradients that W needs (n, z, r) lie together, and so do the three of R (z, r, the last).
 * h0 [H][B] the state before, h1 after, y [H][B]. A lane with lens <= t keeps its state and yields 0; its gates
 * are left undefined, backward does not read them.
 */
export function gruStepForward(
  t: i32,
  B: i32,
  input: i32,
  hidden: i32,
  panels: usize,
  x: usize,
  lens: usize,
  gates: usize,
  h0: usize,
  h1: usize,
  y: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) gruUnitPairs(t, B, input, hidden, panels, x, lens, gates, h0, h1, y);
  else gruUnits(t, B, input, hidden, panels, x, lens, gates, h0, h1, y);
}
