// [M, K] x [K, B]: packed weights times activations whose lanes are the batch.

import { madd } from '../math/madd.as';

/**
 * y[M][B] += panels x x[K][B]; B is a multiple of 8, `panels` comes from packRows or packColumns.
 *
 * Four rows by two vectors: 8 sums, 2 activations and a weight fit the 16 registers of x86, and 6 loads feed 8
 * multiply-adds. Larger blocks spill, smaller ones wait for loads.
 */
export function gemmLanes(panels: usize, M: i32, K: i32, x: usize, B: i32, y: usize): void {
  const row = <usize>B << 2;
  for (let m = 0; m < M; m += 4) {
    for (let lane: usize = 0; lane < row; lane += 32) {
      let a0 = f32x4.splat(0);
      let a1 = f32x4.splat(0);
      let b0 = f32x4.splat(0);
      let b1 = f32x4.splat(0);
      let c0 = f32x4.splat(0);
      let c1 = f32x4.splat(0);
      let d0 = f32x4.splat(0);
      let d1 = f32x4.splat(0);
      let p = panels;
      let q = x + lane;
      for (let k = 0; k < K; k++) {
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
        p += 16;
        q += row;
      }
      const to = y + lane;
      addTo(to, a0, a1);
      if (m + 1 < M) addTo(to + row, b0, b1);
      if (m + 2 < M) addTo(to + 2 * row, c0, c1);
      if (m + 3 < M) addTo(to + 3 * row, d0, d1);
    }
    panels += <usize>K << 4;
    y += row << 2;
  }
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, v0: v128, v1: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v0));
  v128.store(to, f32x4.add(v128.load(to, 16), v1), 16);
}
