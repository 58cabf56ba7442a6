// float32 activations times packed float32 weights (matrix.as.ts).

import { madd } from '../math/madd.as';
import { storeColumns } from './storeColumns.as';

/**
 * c[m][n] = bias[n] + sum over k of a[m][k] w[n][k]; strides in bytes; bias 0 is none, else f32[N rounded up
 * to 8]. Four rows by eight columns where there are four rows (8 sums, 2 weights, 4 activations: the 16
 * registers of x86), one row by 32 columns where not.
 */
export function multiplyFloat(
  panels: usize,
  N: i32,
  K: i32,
  a: usize,
  aStride: usize,
  M: i32,
  c: usize,
  cStride: usize,
  bias: usize,
): void {
  const columns = (N + 7) & ~7;
  for (let n = 0; n < columns; n += 32) {
    const width = min(32, columns - n);
    const step = <usize>width << 2;
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      for (let sub = 0; sub < width; sub += 8) {
        fourRows(
          panels + (<usize>sub << 2), step, K, a + <usize>m * aStride, aStride,
          c + <usize>m * cStride + (<usize>(n + sub) << 2), cStride,
          bias ? bias + (<usize>(n + sub) << 2) : 0, N - n - sub,
        );
      }
    }
    for (; m < M; m++) {
      const row = a + <usize>m * aStride;
      const to = c + <usize>m * cStride + (<usize>n << 2);
      const offset = bias ? bias + (<usize>n << 2) : 0;
      if (width == 32) {
        wholeGroup(panels, K, row, to, offset, N - n);
      } else {
        for (let sub = 0; sub < width; sub += 8) {
          const by = <usize>sub << 2;
          eightColumns(panels + by, step, K, row, to + by, offset ? offset + by : 0, N - n - sub);
        }
      }
    }
    panels += step * <usize>K;
  }
}

// @ts-ignore: decorator
@inline
function start(bias: usize, at: usize): v128 {
  return bias ? v128.load(bias + at) : f32x4.splat(0);
}

function fourRows(
  p: usize, step: usize, K: i32, a: usize, aStride: usize, c: usize, cStride: usize, bias: usize, left: i32,
): void {
  let a0 = start(bias, 0);
  let a1 = start(bias, 16);
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
  let ra = a;
  let rb = a + aStride;
  let rc = rb + aStride;
  let rd = rc + aStride;
  for (let k = 0; k < K; k++) {
    const w0 = v128.load(p);
    const w1 = v128.load(p, 16);
    let x = v128.load_splat<f32>(ra);
    a0 = madd(w0, x, a0);
    a1 = madd(w1, x, a1);
    x = v128.load_splat<f32>(rb);
    b0 = madd(w0, x, b0);
    b1 = madd(w1, x, b1);
    x = v128.load_splat<f32>(rc);
    c0 = madd(w0, x, c0);
    c1 = madd(w1, x, c1);
    x = v128.load_splat<f32>(rd);
    d0 = madd(w0, x, d0);
    d1 = madd(w1, x, d1);
    p += step;
    ra += 4;
    rb += 4;
    rc += 4;
    rd += 4;
  }
  storeColumns(c, a0, a1, left);
  storeColumns(c + cStride, b0, b1, left);
  storeColumns(c + 2 * cStride, c0, c1, left);
  storeColumns(c + 3 * cStride, d0, d1, left);
}

/** One row by the 32 columns of a group. */
function wholeGroup(p: usize, K: i32, a: usize, c: usize, bias: usize, left: i32): void {
  let s0 = start(bias, 0);
  let s1 = start(bias, 16);
  let s2 = start(bias, 32);
  let s3 = start(bias, 48);
  let s4 = start(bias, 64);
  let s5 = start(bias, 80);
  let s6 = start(bias, 96);
  let s7 = start(bias, 112);
  for (let k = 0; k < K; k++) {
    const x = v128.load_splat<f32>(a);
    s0 = madd(v128.load(p), x, s0);
    s1 = madd(v128.load(p, 16), x, s1);
    s2 = madd(v128.load(p, 32), x, s2);
    s3 = madd(v128.load(p, 48), x, s3);
    s4 = madd(v128.load(p, 64), x, s4);
    s5 = madd(v128.load(p, 80), x, s5);
    s6 = madd(v128.load(p, 96), x, s6);
    s7 = madd(v128.load(p, 112), x, s7);
    p += 128;
    a += 4;
  }
  storeColumns(c, s0, s1, left);
  storeColumns(c + 32, s2, s3, left - 8);
  storeColumns(c + 64, s4, s5, left - 16);
  storeColumns(c + 96, s6, s7, left - 24);
}

function eightColumns(p: usize, step: usize, K: i32, a: usize, c: usize, bias: usize, left: i32): void {
  let s0 = start(bias, 0);
  let s1 = start(bias, 16);
  for (let k = 0; k < K; k++) {
    const x = v128.load_splat<f32>(a);
    s0 = madd(v128.load(p), x, s0);
    s1 = madd(v128.load(p, 16), x, s1);
    p += step;
    a += 4;
  }
  storeColumns(c, s0, s1, left);
}
