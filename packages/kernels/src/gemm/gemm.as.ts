// [M, K] x [K, lanes]: packed weights times activations. Four rows by two vectors: 8 sums, 2 activations and a
// weight fit the 16 registers of x86, 6 loads feed 8 multiply-adds, and 8 sums are just as many as two units with
// a latency of 4 cycles need. Measured, no other tile is faster, and unrolling by hand makes V8 spill.

import { anyLive } from '../math/lanes.as';
import { madd } from '../math/madd.as';

/**
 * y[M][lanes] += panels x x[K][lanes], `blocks` blocks of 8 lanes each. Panels come from packColumns or packLanes; xRow
 * and yRow are bytes from one row to the next. A block whose lanes all have lens <= t is left as it is: its x would be
 * zeros.
 */
export function gemm(
  panels: usize,
  M: i32,
  K: i32,
  x: usize,
  xRow: usize,
  blocks: i32,
  y: usize,
  yRow: usize,
  lens: usize,
  t: i32,
): void {
  const width = <usize>blocks << 5;
  for (let m = 0; m < M; m += 4) {
    const end = panels + (<usize>K << 4);
    for (let lane: usize = 0; lane < width; lane += 32) {
      if (!anyLive(lens, lane, t)) continue;
      let a0 = f32x4.splat(0);
      let a1 = f32x4.splat(0);
      let b0 = f32x4.splat(0);
      let b1 = f32x4.splat(0);
      let c0 = f32x4.splat(0);
      let c1 = f32x4.splat(0);
      let d0 = f32x4.splat(0);
      let d1 = f32x4.splat(0);
      let q = x + lane;
      for (let p = panels; p < end; p += 16, q += xRow) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(p);
        a0 = madd(w, x0, a0);
        a1 = madd(w, x1, a1);
        w = v128.load_splat<f32>(p, 4);
        b0 = madd(w, x0, b0);
        b1 = madd(w, x1, b1);
        w = v128.load_splat<f32>(p, 8);
        c0 = madd(w, x0, c0);
        c1 = madd(w, x1, c1);
        w = v128.load_splat<f32>(p, 12);
        d0 = madd(w, x0, d0);
        d1 = madd(w, x1, d1);
      }
      let to = y + lane;
      addTo(to, a0, a1);
      if (m + 1 < M) addTo((to += yRow), b0, b1);
      if (m + 2 < M) addTo((to += yRow), c0, c1);
      if (m + 3 < M) addTo((to += yRow), d0, d1);
    }
    panels = end;
    y += yRow << 2;
  }
}

/**
 * y[M][B] = bias + W x[I][B] + R h[H][B] with panels from packAffine: what a step of a cell, or a dense layer (H 0),
 * is before its activations. Blocks of 8 lanes that all have lens <= t are left undefined.
 */
export function affine(
  panels: usize,
  M: i32,
  I: i32,
  x: usize,
  H: i32,
  h: usize,
  B: i32,
  y: usize,
  lens: usize,
  t: i32,
): void {
  const row = <usize>B << 2;
  for (let m = 0; m < M; m += 4) {
    const middle = panels + (<usize>(1 + I) << 4);
    const end = middle + (<usize>H << 4);
    for (let lane: usize = 0; lane < row; lane += 32) {
      if (!anyLive(lens, lane, t)) continue;
      let a0 = v128.load_splat<f32>(panels);
      let a1 = a0;
      let b0 = v128.load_splat<f32>(panels, 4);
      let b1 = b0;
      let c0 = v128.load_splat<f32>(panels, 8);
      let c1 = c0;
      let d0 = v128.load_splat<f32>(panels, 12);
      let d1 = d0;
      let p = panels + 16;
      let q = x + lane;
      for (; p < middle; p += 16, q += row) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(p);
        a0 = madd(w, x0, a0);
        a1 = madd(w, x1, a1);
        w = v128.load_splat<f32>(p, 4);
        b0 = madd(w, x0, b0);
        b1 = madd(w, x1, b1);
        w = v128.load_splat<f32>(p, 8);
        c0 = madd(w, x0, c0);
        c1 = madd(w, x1, c1);
        w = v128.load_splat<f32>(p, 12);
        d0 = madd(w, x0, d0);
        d1 = madd(w, x1, d1);
      }
      q = h + lane;
      for (; p < end; p += 16, q += row) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load_splat<f32>(p);
        a0 = madd(w, x0, a0);
        a1 = madd(w, x1, a1);
        w = v128.load_splat<f32>(p, 4);
        b0 = madd(w, x0, b0);
        b1 = madd(w, x1, b1);
        w = v128.load_splat<f32>(p, 8);
        c0 = madd(w, x0, c0);
        c1 = madd(w, x1, c1);
        w = v128.load_splat<f32>(p, 12);
        d0 = madd(w, x0, d0);
        d1 = madd(w, x1, d1);
      }
      let to = y + lane;
      put(to, a0, a1);
      if (m + 1 < M) put((to += row), b0, b1);
      if (m + 2 < M) put((to += row), c0, c1);
      if (m + 3 < M) put((to += row), d0, d1);
    }
    panels = end;
    y += row << 2;
  }
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, v0: v128, v1: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v0));
  v128.store(to, f32x4.add(v128.load(to, 16), v1), 16);
}

// @ts-ignore: decorator
@inline
function put(to: usize, v0: v128, v1: v128): void {
  v128.store(to, v0);
  v128.store(to, v1, 16);
}
