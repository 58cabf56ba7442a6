// GRU over a whole sequence, in the form with the reset after the product (linear_before_reset = 1), so that
// R h is one product for all three gates.

import { packPanel } from '../gemm/pack.as';
import { sigmoid, tanh } from '../math/activations.as';
import { madd } from '../math/madd.as';
import { clearLanes, keepLanes } from '../math/lanes.as';

/**
 * One panel per hidden unit, `[1 + input + hidden][4]`. Row 0 is the biases: z and r with W's and R's added, then
 * W's and R's of h, which the reset gate keeps apart. The other rows are the weights of z, r, h and a zero.
 */
export function gruPack(panels: usize, w: usize, r: usize, b: usize, input: i32, hidden: i32): void {
  const gate = <usize>hidden << 2;
  for (let j = 0; j < hidden; j++) {
    const wb = b + (<usize>j << 2);
    const rb = wb + 3 * gate;
    store<f32>(panels, load<f32>(wb) + load<f32>(rb));
    store<f32>(panels, load<f32>(wb + gate) + load<f32>(rb + gate), 4);
    store<f32>(panels, load<f32>(wb + 2 * gate), 8);
    store<f32>(panels, load<f32>(rb + 2 * gate), 12);
    panels += 16;
    packPanel(panels, w + (<usize>(j * input) << 2), input, hidden * input, 1, 3);
    panels += <usize>input << 4;
    packPanel(panels, r + (<usize>(j * hidden) << 2), hidden, hidden * hidden, 1, 3);
    panels += <usize>hidden << 4;
  }
}

/** W^T as ceil(input/4) panels `[3H][4]` whose rows stand in the order h, z, r of the cached gates. */
export function gruPackInputGrad(panels: usize, w: usize, input: i32, hidden: i32): void {
  const candidate = w + (<usize>(2 * hidden * input) << 2);
  for (let k = 0; k < input; k += 4) {
    const rows = min(4, input - k);
    packPanel(panels, candidate + (<usize>k << 2), hidden, 1, input, rows);
    panels += <usize>hidden << 4;
    packPanel(panels, w + (<usize>k << 2), 2 * hidden, 1, input, rows);
    panels += <usize>hidden << 5;
  }
}

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
  const row = <usize>B << 2;
  const gate = <usize>hidden * row;
  const panelBytes = <usize>(1 + input + hidden) << 4;
  const now = i32x4.splat(t);
  for (let lane: usize = 0; lane < row; lane += 32) {
    let live0 = i32x4.splat(-1);
    let live1 = i32x4.splat(-1);
    if (lens) {
      live0 = i32x4.gt_s(v128.load(lens + lane), now);
      live1 = i32x4.gt_s(v128.load(lens + lane, 16), now);
    }
    if (!v128.any_true(v128.or(live0, live1))) {
      keepLanes(hidden, row, lane, h0, h1);
      clearLanes(hidden, row, lane, y);
      continue;
    }
    let p = panels;
    let at = lane;
    for (let j = 0; j < hidden; j++, at += row) {
      let z0 = v128.load_splat<f32>(p);
      let z1 = z0;
      let r0 = v128.load_splat<f32>(p, 4);
      let r1 = r0;
      let n0 = v128.load_splat<f32>(p, 8);
      let n1 = n0;
      let m0 = v128.load_splat<f32>(p, 12);
      let m1 = m0;
      let k = p + 16;
      let q = x + lane;
      let end = k + (<usize>input << 4);
      for (; k < end; k += 16, q += row) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(k);
        z0 = madd(w, x0, z0);
        z1 = madd(w, x1, z1);
        w = v128.load_splat<f32>(k, 4);
        r0 = madd(w, x0, r0);
        r1 = madd(w, x1, r1);
        w = v128.load_splat<f32>(k, 8);
        n0 = madd(w, x0, n0);
        n1 = madd(w, x1, n1);
      }
      q = h0 + lane;
      end = k + (<usize>hidden << 4);
      for (; k < end; k += 16, q += row) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(k);
        z0 = madd(w, x0, z0);
        z1 = madd(w, x1, z1);
        w = v128.load_splat<f32>(k, 4);
        r0 = madd(w, x0, r0);
        r1 = madd(w, x1, r1);
        w = v128.load_splat<f32>(k, 8);
        m0 = madd(w, x0, m0);
        m1 = madd(w, x1, m1);
      }
      p += panelBytes;
      finish(at, gate, z0, r0, n0, m0, live0, gates, h0, h1, y);
      finish(at + 16, gate, z1, r1, n1, m1, live1, gates, h0, h1, y);
    }
  }
}

// @ts-ignore: decorator
@inline
function finish(
  at: usize,
  gate: usize,
  z: v128,
  r: v128,
  n: v128,
  m: v128,
  live: v128,
  gates: usize,
  h0: usize,
  h1: usize,
  y: usize,
): void {
  z = sigmoid(z);
  r = sigmoid(r);
  n = tanh(madd(r, m, n));
  const before = v128.load(h0 + at);
  const h = madd(z, f32x4.sub(before, n), n);
  v128.store(gates + at, n);
  v128.store(gates + gate + at, z);
  v128.store(gates + 2 * gate + at, r);
  v128.store(gates + 3 * gate + at, m);
  v128.store(h1 + at, v128.bitselect(h, before, live));
  v128.store(y + at, v128.and(h, live));
}
