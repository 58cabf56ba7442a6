import { clearEight, keepEight, liveLanes } from '../math/lanes.as';
import { madd } from '../math/madd.as';
import { gruFinish } from './gruFinish.as';

/** A GRU step unit by unit: 8 sums and a product's temporary fit the 16 registers without fused multiply-add. */
export function gruUnits(
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
  // Units outside, lanes inside: a panel stays in the first-level cache for all lanes, and what is written lies
  // in a row.
  let p = panels;
  let at: usize = 0;
  for (let j = 0; j < hidden; j++, p += panelBytes) {
    for (let lane: usize = 0; lane < row; lane += 32, at += 32) {
      const live0 = liveLanes(lens, lane, now);
      const live1 = liveLanes(lens, lane + 16, now);
      if (!v128.any_true(v128.or(live0, live1))) {
        keepEight(h0 + at, h1 + at);
        clearEight(y + at);
        continue;
      }
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
      gruFinish(at, gate, z0, r0, n0, m0, live0, gates, h0, h1, y);
      gruFinish(at + 16, gate, z1, r1, n1, m1, live1, gates, h0, h1, y);
    }
  }
}
