import { liveLanes } from '../math/lanes.as';
import { madd } from '../math/madd.as';
import { quickSigmoidRun, quickTanhRun } from '../math/quickRuns.as';
import { sigmoidRun, tanhRun } from '../math/runs.as';

/**
 * From the sums of an LSTM step's products to its states, for all lanes.
 *
 * gates [4][H][B] in: i, o, f, c before their activations; out: after them. tc [H][B] (out): tanh of the cell.
 * c0, h0 [H][B] the states before, c1, h1 after, y [H][B]. A lane with lens <= t keeps its states and yields 0; its
 * gates are undefined, backward does not read them. quick: gates as the engine of 7-bit activations has them.
 */
export function lstmGates(
  t: i32,
  B: i32,
  hidden: i32,
  lens: usize,
  gates: usize,
  tc: usize,
  c0: usize,
  h0: usize,
  c1: usize,
  h1: usize,
  y: usize,
  quick: i32,
): void {
  const units = hidden * B;
  const gate = <usize>units << 2;
  if (quick) quickSigmoidRun(gates, 3 * units);
  else sigmoidRun(gates, 3 * units);
  if (quick) quickTanhRun(gates + 3 * gate, units);
  else tanhRun(gates + 3 * gate, units);
  for (let at: usize = 0; at < gate; at += 16) {
    const i = v128.load(gates + at);
    const f = v128.load(gates + 2 * gate + at);
    const g = v128.load(gates + 3 * gate + at);
    const c = madd(i, g, f32x4.mul(f, v128.load(c0 + at)));
    v128.store(c1 + at, c);
    v128.store(tc + at, c);
  }
  if (quick) quickTanhRun(tc, units);
  else tanhRun(tc, units);
  const row = <usize>B << 2;
  const now = i32x4.splat(t);
  for (let unit: usize = 0; unit < gate; unit += row) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      const at = unit + lane;
      const h = f32x4.mul(v128.load(gates + gate + at), v128.load(tc + at));
      if (!lens) {
        v128.store(h1 + at, h);
        v128.store(y + at, h);
        continue;
      }
      const live = liveLanes(lens, lane, now);
      v128.store(c1 + at, v128.bitselect(v128.load(c1 + at), v128.load(c0 + at), live));
      v128.store(h1 + at, v128.bitselect(h, v128.load(h0 + at), live));
      v128.store(y + at, v128.and(h, live));
    }
  }
}
