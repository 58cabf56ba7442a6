import { clearEight, keepEight, liveLanes } from '../math/lanes.as';
import { madd } from '../math/madd.as';
import { gruFinish } from './gruFinish.as';

/** A GRU step by pairs of units: with fused multiply-add 12 sums, 2 activations and a weight fill the registers. */
export function gruUnitPairs(
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
  // Two units at a time, for three sums by two vectors are too few to keep the multipliers busy. Units outside,
  // lanes inside: the panels stay in the first-level cache for all lanes, and what is written lies in a row. The
  // last unit of an odd number is computed twice.
  for (let j = 0; j < hidden; j += 2) {
    const p = panels + <usize>j * panelBytes;
    const next = j + 1 < hidden ? panelBytes : 0;
    const nextUnit = j + 1 < hidden ? row : 0;
    let at = <usize>j * row;
    for (let lane: usize = 0; lane < row; lane += 32, at += 32) {
      const live0 = liveLanes(lens, lane, now);
      const live1 = liveLanes(lens, lane + 16, now);
      if (!v128.any_true(v128.or(live0, live1))) {
        keepEight(h0 + at, h1 + at);
        keepEight(h0 + at + nextUnit, h1 + at + nextUnit);
        clearEight(y + at);
        clearEight(y + at + nextUnit);
        continue;
      }
      let k = p;
      let l = p + next;
      let z0 = v128.load_splat<f32>(k);
      let z1 = z0;
      let Z0 = v128.load_splat<f32>(l);
      let Z1 = Z0;
      let r0 = v128.load_splat<f32>(k, 4);
      let r1 = r0;
      let R0 = v128.load_splat<f32>(l, 4);
      let R1 = R0;
      let n0 = v128.load_splat<f32>(k, 8);
      let n1 = n0;
      let N0 = v128.load_splat<f32>(l, 8);
      let N1 = N0;
      let m0 = v128.load_splat<f32>(k, 12);
      let m1 = m0;
      let M0 = v128.load_splat<f32>(l, 12);
      let M1 = M0;
      k += 16;
      l += 16;
      let q: usize;
      let end: usize;
      q = x + lane;
      end = k + (<usize>input << 4);
      for (; k < end; k += 16, l += 16, q += row) {
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
        w = v128.load_splat<f32>(l);
        Z0 = madd(w, x0, Z0);
        Z1 = madd(w, x1, Z1);
        w = v128.load_splat<f32>(l, 4);
        R0 = madd(w, x0, R0);
        R1 = madd(w, x1, R1);
        w = v128.load_splat<f32>(l, 8);
        N0 = madd(w, x0, N0);
        N1 = madd(w, x1, N1);
      }
      q = h0 + lane;
      end = k + (<usize>hidden << 4);
      for (; k < end; k += 16, l += 16, q += row) {
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
        w = v128.load_splat<f32>(l);
        Z0 = madd(w, x0, Z0);
        Z1 = madd(w, x1, Z1);
        w = v128.load_splat<f32>(l, 4);
        R0 = madd(w, x0, R0);
        R1 = madd(w, x1, R1);
        w = v128.load_splat<f32>(l, 8);
        M0 = madd(w, x0, M0);
        M1 = madd(w, x1, M1);
      }
      gruFinish(at, gate, z0, r0, n0, m0, live0, gates, h0, h1, y);
      gruFinish(at + 16, gate, z1, r1, n1, m1, live1, gates, h0, h1, y);
      const other = at + nextUnit;
      gruFinish(other, gate, Z0, R0, N0, M0, live0, gates, h0, h1, y);
      gruFinish(other + 16, gate, Z1, R1, N1, M1, live1, gates, h0, h1, y);
    }
  }
}
