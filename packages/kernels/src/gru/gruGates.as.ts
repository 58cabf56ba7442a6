import { liveLanes } from '../math/lanes.as';
import { madd } from '../math/madd.as';
import { quickSigmoidRun, quickTanhRun } from '../math/quickRuns.as';
import { sigmoidRun, tanhRun } from '../math/runs.as';

/**
 * From the sums of a GRU step's products to its state, for all lanes, in the form with the reset after the product
 * (linear_before_reset = 1), so that R h is one product for all three gates.
 *
 * gates [4][H][B] in: the candidate's product with x, z and r before their activations, and R h + its bias for the
 * candidate, which the reset gate multiplies; out: n, z, r after their activations, and the last as it is. In this
 * order the three gradients that W needs (n, z, r) lie together, and so do the three of R (z, r, the last).
 * h0 [H][B] the state before, h1 after, y [H][B]. A lane with lens <= t keeps its state and yields 0; its gates are
 * undefined, backward does not read them. quick: gates as the engine of 7-bit activations has them.
 */
export function gruGates(
  t: i32,
  B: i32,
  hidden: i32,
  lens: usize,
  gates: usize,
  h0: usize,
  h1: usize,
  y: usize,
  quick: i32,
): void {
  const units = hidden * B;
  const gate = <usize>units << 2;
  if (quick) quickSigmoidRun(gates + gate, 2 * units);
  else sigmoidRun(gates + gate, 2 * units);
  for (let at: usize = 0; at < gate; at += 16) {
    const r = v128.load(gates + 2 * gate + at);
    const m = v128.load(gates + 3 * gate + at);
    v128.store(gates + at, madd(r, m, v128.load(gates + at)));
  }
  if (quick) quickTanhRun(gates, units);
  else tanhRun(gates, units);
  const row = <usize>B << 2;
  const now = i32x4.splat(t);
  for (let unit: usize = 0; unit < gate; unit += row) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      const at = unit + lane;
      const before = v128.load(h0 + at);
      const n = v128.load(gates + at);
      const h = madd(v128.load(gates + gate + at), f32x4.sub(before, n), n);
      const live = liveLanes(lens, lane, now);
      v128.store(h1 + at, v128.bitselect(h, before, live));
      v128.store(y + at, v128.and(h, live));
    }
  }
}
