// LSTM over a whole sequence: both products and the gates of a unit stay in registers.

import { sigmoid, tanh } from '../math/activations.as';
import { clearEight, keepEight, liveLanes } from '../math/lanes.as';
import { madd } from '../math/madd.as';
import { packPanel } from '../gemm/pack.as';

/**
 * One panel per hidden unit, `[1 + input + hidden][4]`: its bias (Wb + Rb) and its weights for x and h, the four
 * lanes being the gates i, o, f, c. The four rows of a tile are then all that a unit needs.
 */
export function lstmPack(panels: usize, w: usize, r: usize, b: usize, input: i32, hidden: i32): void {
  for (let j = 0; j < hidden; j++) {
    const bias = b + (<usize>j << 2);
    packPanel(panels, bias, 1, hidden, 1, 4);
    const rb = bias + (<usize>hidden << 4);
    for (let g: usize = 0; g < 4; g++) {
      const to = panels + (g << 2);
      store<f32>(to, load<f32>(to) + load<f32>(rb + g * (<usize>hidden << 2)));
    }
    panels += 16;
    packPanel(panels, w + (<usize>(j * input) << 2), input, hidden * input, 1, 4);
    panels += <usize>input << 4;
    packPanel(panels, r + (<usize>(j * hidden) << 2), hidden, hidden * hidden, 1, 4);
    panels += <usize>hidden << 4;
  }
}

/**
 * One step for all lanes.
 *
 * gates [4][H][B] (out: i, o, f, c after their activations), tc [H][B] (out: tanh of the cell),
 * c0, h0 [H][B] the states before, c1, h1 after, y [H][B]. A lane with lens <= t keeps its states and yields 0;
 * its gates are left unwritten, backward does not read them.
 */
export function lstmStepForward(
  t: i32,
  B: i32,
  input: i32,
  hidden: i32,
  panels: usize,
  x: usize,
  lens: usize,
  gates: usize,
  tc: usize,
  c0: usize,
  h0: usize,
  c1: usize,
  h1: usize,
  y: usize,
): void {
  const row = <usize>B << 2;
  const gate = <usize>hidden * row;
  const panelBytes = <usize>(1 + input + hidden) << 4;
  const now = i32x4.splat(t);
  // Units outside, lanes inside: a panel stays in the first-level cache for all lanes, and what is written lies
  // in a row.
  let p = panels;
  let at: usize = 0;
  for (let j = 0; j < hidden; j++, p += panelBytes) {
    for (let lane: usize = 0; lane < row; lane += 32, at += 32) {
      const live0 = liveLanes(lens, lane, now);
      const live1 = liveLanes(lens, lane + 16, now);
      if (!v128.any_true(v128.or(live0, live1))) {
        keepEight(c0 + at, c1 + at);
        keepEight(h0 + at, h1 + at);
        clearEight(y + at);
        continue;
      }
      let i0 = v128.load_splat<f32>(p);
      let o0 = v128.load_splat<f32>(p, 4);
      let f0 = v128.load_splat<f32>(p, 8);
      let g0 = v128.load_splat<f32>(p, 12);
      let i1 = i0;
      let o1 = o0;
      let f1 = f0;
      let g1 = g0;
      let k = p + 16;
      let q = x + lane;
      let end = k + (<usize>input << 4);
      for (; k < end; k += 16, q += row) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(k);
        i0 = madd(w, x0, i0);
        i1 = madd(w, x1, i1);
        w = v128.load_splat<f32>(k, 4);
        o0 = madd(w, x0, o0);
        o1 = madd(w, x1, o1);
        w = v128.load_splat<f32>(k, 8);
        f0 = madd(w, x0, f0);
        f1 = madd(w, x1, f1);
        w = v128.load_splat<f32>(k, 12);
        g0 = madd(w, x0, g0);
        g1 = madd(w, x1, g1);
      }
      q = h0 + lane;
      end = k + (<usize>hidden << 4);
      for (; k < end; k += 16, q += row) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(k);
        i0 = madd(w, x0, i0);
        i1 = madd(w, x1, i1);
        w = v128.load_splat<f32>(k, 4);
        o0 = madd(w, x0, o0);
        o1 = madd(w, x1, o1);
        w = v128.load_splat<f32>(k, 8);
        f0 = madd(w, x0, f0);
        f1 = madd(w, x1, f1);
        w = v128.load_splat<f32>(k, 12);
        g0 = madd(w, x0, g0);
        g1 = madd(w, x1, g1);
      }
      finish(at, gate, i0, o0, f0, g0, live0, gates, tc, c0, h0, c1, h1, y);
      finish(at + 16, gate, i1, o1, f1, g1, live1, gates, tc, c0, h0, c1, h1, y);
    }
  }
}

// @ts-ignore: decorator
@inline
function finish(
  at: usize,
  gate: usize,
  i: v128,
  o: v128,
  f: v128,
  g: v128,
  live: v128,
  gates: usize,
  tc: usize,
  c0: usize,
  h0: usize,
  c1: usize,
  h1: usize,
  y: usize,
): void {
  i = sigmoid(i);
  g = tanh(g);
  f = sigmoid(f);
  const before = v128.load(c0 + at);
  const c = madd(i, g, f32x4.mul(f, before));
  o = sigmoid(o);
  const squashed = tanh(c);
  const h = f32x4.mul(o, squashed);
  v128.store(gates + at, i);
  v128.store(gates + gate + at, o);
  v128.store(gates + 2 * gate + at, f);
  v128.store(gates + 3 * gate + at, g);
  v128.store(tc + at, squashed);
  v128.store(c1 + at, v128.bitselect(c, before, live));
  v128.store(h1 + at, v128.bitselect(h, v128.load(h0 + at), live));
  v128.store(y + at, v128.and(h, live));
}
