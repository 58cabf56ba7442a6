import { liveLanes } from '../math/lanes.as';

/**
 * Turns the cached activations of one GRU step into gradients of its pre-activations, in place.
 *
 * gates [4][H][B] in: n, z, r and R h as cached by gruGates; out: the gradients of n, z, r before their
 * activations and of R h. h0 [H][B] the state before the step.
 * dh [H][B] in: gradient from the step after; out: what passes by the gates, ready for R^T times the last three
 * gradients to be added.
 */
export function gruStepBackward(
  t: i32,
  B: i32,
  hidden: i32,
  lens: usize,
  gates: usize,
  h0: usize,
  dy: usize,
  dh: usize,
): void {
  const row = <usize>B << 2;
  const gate = <usize>hidden * row;
  const one = f32x4.splat(1);
  const now = i32x4.splat(t);
  let at: usize = 0;
  for (let j = 0; j < hidden; j++) {
    for (let lane: usize = 0; lane < row; lane += 16, at += 16) {
      const live = liveLanes(lens, lane, now);
      const from = v128.load(dh + at);
      const total = f32x4.add(from, v128.load(dy + at));
      const n = v128.load(gates + at);
      const z = v128.load(gates + gate + at);
      const r = v128.load(gates + 2 * gate + at);
      const m = v128.load(gates + 3 * gate + at);

      const kept = f32x4.mul(total, z);
      const dn = f32x4.mul(f32x4.sub(total, kept), f32x4.sub(one, f32x4.mul(n, n)));
      const dz = f32x4.mul(f32x4.mul(kept, f32x4.sub(one, z)), f32x4.sub(v128.load(h0 + at), n));
      const dm = f32x4.mul(dn, r);
      const dr = f32x4.mul(f32x4.mul(dm, m), f32x4.sub(one, r));

      v128.store(gates + at, v128.and(dn, live));
      v128.store(gates + gate + at, v128.and(dz, live));
      v128.store(gates + 2 * gate + at, v128.and(dr, live));
      v128.store(gates + 3 * gate + at, v128.and(dm, live));
      v128.store(dh + at, v128.bitselect(kept, from, live));
    }
  }
}
