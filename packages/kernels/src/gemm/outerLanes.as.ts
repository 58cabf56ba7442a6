// Gradients of weights: dW[m][n] = sum over steps and lanes of g[m] x[n]. Both operands lie along the lanes, so
// each element is a dot product whose partial sums stay in a vector until the end.

import { madd } from '../math/madd.as';

/** Sums of four vectors as the four lanes of one. */
// @ts-ignore: decorator
@inline
function sumFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** Adds the low two lanes, or the lowest alone. */
// @ts-ignore: decorator
@inline
function addPair(to: usize, v: v128, pair: bool): void {
  store<f32>(to, load<f32>(to) + f32x4.extract_lane(v, 0));
  if (pair) store<f32>(to, load<f32>(to, 4) + f32x4.extract_lane(v, 1), 4);
}

/**
 * dw[m][n] += sum over s < steps, lane < B of g[s][m][lane] * x[s][n][lane], dw [M, N] row-major.
 *
 * gStep and xStep are bytes from one step to the next and may be negative. Tiles of four rows by two columns; a
 * tile that hangs over the edge computes the last row or column again and stores only what exists. Call it on
 * few steps at a time (the callers take 8), so that g and x come from the cache and not from memory.
 */
export function outerLanes(
  g: usize,
  gStep: usize,
  M: i32,
  x: usize,
  xStep: usize,
  N: i32,
  B: i32,
  steps: i32,
  dw: usize,
): void {
  const row = <usize>B << 2;
  for (let m = 0; m < M; m += 4) {
    const rows = M - m;
    const g0 = g + <usize>m * row;
    const g1 = rows > 1 ? g0 + row : g0;
    const g2 = rows > 2 ? g1 + row : g1;
    const g3 = rows > 3 ? g2 + row : g2;
    for (let n = 0; n < N; n += 2) {
      const columns = N - n;
      const x0 = x + <usize>n * row;
      const x1 = columns > 1 ? x0 + row : x0;
      let a0 = f32x4.splat(0);
      let a1 = f32x4.splat(0);
      let b0 = f32x4.splat(0);
      let b1 = f32x4.splat(0);
      let c0 = f32x4.splat(0);
      let c1 = f32x4.splat(0);
      let d0 = f32x4.splat(0);
      let d1 = f32x4.splat(0);
      let go: usize = 0;
      let xo: usize = 0;
      for (let s = 0; s < steps; s++) {
        let p = x0 + xo;
        let q = x1 + xo;
        let i = g0 + go;
        let j = g1 + go;
        let k = g2 + go;
        let l = g3 + go;
        // Two vectors a round, for lanes come in eights: half as many pointers to move.
        for (const end = p + row; p < end; p += 32, q += 32, i += 32, j += 32, k += 32, l += 32) {
          let u0 = v128.load(p);
          let u1 = v128.load(q);
          let v = v128.load(i);
          a0 = madd(v, u0, a0);
          a1 = madd(v, u1, a1);
          v = v128.load(j);
          b0 = madd(v, u0, b0);
          b1 = madd(v, u1, b1);
          v = v128.load(k);
          c0 = madd(v, u0, c0);
          c1 = madd(v, u1, c1);
          v = v128.load(l);
          d0 = madd(v, u0, d0);
          d1 = madd(v, u1, d1);
          u0 = v128.load(p, 16);
          u1 = v128.load(q, 16);
          v = v128.load(i, 16);
          a0 = madd(v, u0, a0);
          a1 = madd(v, u1, a1);
          v = v128.load(j, 16);
          b0 = madd(v, u0, b0);
          b1 = madd(v, u1, b1);
          v = v128.load(k, 16);
          c0 = madd(v, u0, c0);
          c1 = madd(v, u1, c1);
          v = v128.load(l, 16);
          d0 = madd(v, u0, d0);
          d1 = madd(v, u1, d1);
        }
        go += gStep;
        xo += xStep;
      }
      const first = sumFour(a0, a1, b0, b1);
      const second = sumFour(c0, c1, d0, d1);
      const to = dw + (<usize>(m * N + n) << 2);
      const ld = <usize>N << 2;
      const pair = columns > 1;
      addPair(to, first, pair);
      if (rows > 1) addPair(to + ld, v128.shuffle<f32>(first, first, 2, 3, 2, 3), pair);
      if (rows > 2) addPair(to + 2 * ld, second, pair);
      if (rows > 3) addPair(to + 3 * ld, v128.shuffle<f32>(second, second, 2, 3, 2, 3), pair);
    }
  }
}
