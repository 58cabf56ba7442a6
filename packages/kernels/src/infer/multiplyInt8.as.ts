// Quantised activations (quantiseRows.as.ts) times packed int8 weights (matrix.as.ts): whose kernel it is, and the one
// that plain SIMD has. It widens int8 weights to int16 and lets i32x4.dot_i16x8 sum two products with int16 activations.
//
// Sums are exact: 32 bits hold them by the choice of LEVELS. So the order of the loops cannot change a result.

import { finish, finishGroup } from './finishSums.as';
import { INT8_7, INT8_14, paddedDepth } from './matrix.as';
import { multiplySeven } from './multiplySeven.as';
import { multiplyTwice } from './multiplyTwice.as';
import { rowBytes } from './quantiseRows.as';

/** c[m][n] = bias[n] + scale[m] scales[n] (sum over k of q[m][k] w[n][k]), in the strides of multiplyFloat. */
export function multiplyInt8(
  kind: i32, panels: usize, scales: usize, offsets: usize, N: i32, K: i32,
  q: usize, M: i32, c: usize, cStride: usize, bias: usize,
): void {
  const row = <usize>rowBytes(kind, K);
  const depth = paddedDepth(kind, K);
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (kind >= INT8_7) {
      multiplySeven(kind, panels, scales, offsets, N, depth, q, row, M, c, cStride, bias);
      return;
    }
    if (kind == INT8_14) {
      multiplyTwice(panels, scales, offsets, N, depth, q, row, M, c, cStride, bias);
      return;
    }
  }
  const columns = (N + 7) & ~7;
  for (let n = 0; n < columns; n += 32) {
    const width = min(32, columns - n);
    const by = <usize>n << 2;
    const offset = bias ? bias + by : 0;
    let m = 0;
    for (; m + 4 <= M; m += 4) {
      for (let sub = 0; sub < width; sub += 8) {
        const f = <usize>sub << 2;
        fourRows(
          panels + (<usize>sub << 1), <usize>width << 1, depth, q + <usize>m * row, row,
          c + <usize>m * cStride + by + f, cStride, scales + by + f, offset ? offset + f : 0, N - n - sub,
        );
      }
    }
    for (; m < M; m++) {
      const a = q + <usize>m * row;
      const to = c + <usize>m * cStride + by;
      if (width == 32) {
        wholeGroup(panels, depth, a, to, scales + by, offset, N - n);
      } else {
        for (let sub = 0; sub < width; sub += 8) {
          const f = <usize>sub << 2;
          eightColumns(
            panels + (<usize>sub << 1), <usize>width << 1, depth, a, to + f,
            scales + by + f, offset ? offset + f : 0, N - n - sub,
          );
        }
      }
    }
    panels += <usize>(width * depth);
  }
}

// @ts-ignore: decorator
@inline
function dot(sum: v128, w: v128, x: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(w, x));
}

function fourRows(
  p: usize, step: usize, depth: i32, q: usize, row: usize,
  c: usize, cStride: usize, scales: usize, bias: usize, left: i32,
): void {
  let a0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let d0 = i32x4.splat(0);
  let d1 = i32x4.splat(0);
  let at = q + 16;
  const end = at + (<usize>depth << 1);
  // Two pairs of activations a turn, and rows that each turn finds anew: V8's first compiler, whose code makes a model's
  // first results, writes whatever a turn changes to memory at its end and reads it again in the next.
  while (at + 4 < end) {
    const rb = at + row;
    const rc = rb + row;
    const rd = rc + row;
    let w0 = v128.load_ext<i8>(p);
    let w1 = v128.load_ext<i8>(p, 8);
    let x = v128.load_splat<i32>(at);
    a0 = dot(a0, w0, x);
    a1 = dot(a1, w1, x);
    x = v128.load_splat<i32>(rb);
    b0 = dot(b0, w0, x);
    b1 = dot(b1, w1, x);
    x = v128.load_splat<i32>(rc);
    c0 = dot(c0, w0, x);
    c1 = dot(c1, w1, x);
    x = v128.load_splat<i32>(rd);
    d0 = dot(d0, w0, x);
    d1 = dot(d1, w1, x);
    p += step;
    w0 = v128.load_ext<i8>(p);
    w1 = v128.load_ext<i8>(p, 8);
    x = v128.load_splat<i32>(at, 4);
    a0 = dot(a0, w0, x);
    a1 = dot(a1, w1, x);
    x = v128.load_splat<i32>(rb, 4);
    b0 = dot(b0, w0, x);
    b1 = dot(b1, w1, x);
    x = v128.load_splat<i32>(rc, 4);
    c0 = dot(c0, w0, x);
    c1 = dot(c1, w1, x);
    x = v128.load_splat<i32>(rd, 4);
    d0 = dot(d0, w0, x);
    d1 = dot(d1, w1, x);
    p += step;
    at += 8;
  }
  if (at < end) {
    const rb = at + row;
    const rc = rb + row;
    const rd = rc + row;
    const w0 = v128.load_ext<i8>(p);
    const w1 = v128.load_ext<i8>(p, 8);
    let x = v128.load_splat<i32>(at);
    a0 = dot(a0, w0, x);
    a1 = dot(a1, w1, x);
    x = v128.load_splat<i32>(rb);
    b0 = dot(b0, w0, x);
    b1 = dot(b1, w1, x);
    x = v128.load_splat<i32>(rc);
    c0 = dot(c0, w0, x);
    c1 = dot(c1, w1, x);
    x = v128.load_splat<i32>(rd);
    d0 = dot(d0, w0, x);
    d1 = dot(d1, w1, x);
  }
  finish(c, a0, a1, v128.load_splat<f32>(q), scales, bias, left);
  finish(c + cStride, b0, b1, v128.load_splat<f32>(q + row), scales, bias, left);
  finish(c + 2 * cStride, c0, c1, v128.load_splat<f32>(q + 2 * row), scales, bias, left);
  finish(c + 3 * cStride, d0, d1, v128.load_splat<f32>(q + 3 * row), scales, bias, left);
}

function wholeGroup(p: usize, depth: i32, q: usize, c: usize, scales: usize, bias: usize, left: i32): void {
  let s0 = i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let a = q + 16;
  // Two pairs of activations a turn: what the loop itself costs is felt beside eight dots.
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    let x = v128.load_splat<i32>(a);
    s0 = dot(s0, v128.load_ext<i8>(p), x);
    s1 = dot(s1, v128.load_ext<i8>(p, 8), x);
    s2 = dot(s2, v128.load_ext<i8>(p, 16), x);
    s3 = dot(s3, v128.load_ext<i8>(p, 24), x);
    s4 = dot(s4, v128.load_ext<i8>(p, 32), x);
    s5 = dot(s5, v128.load_ext<i8>(p, 40), x);
    s6 = dot(s6, v128.load_ext<i8>(p, 48), x);
    s7 = dot(s7, v128.load_ext<i8>(p, 56), x);
    x = v128.load_splat<i32>(a, 4);
    s0 = dot(s0, v128.load_ext<i8>(p, 64), x);
    s1 = dot(s1, v128.load_ext<i8>(p, 72), x);
    s2 = dot(s2, v128.load_ext<i8>(p, 80), x);
    s3 = dot(s3, v128.load_ext<i8>(p, 88), x);
    s4 = dot(s4, v128.load_ext<i8>(p, 96), x);
    s5 = dot(s5, v128.load_ext<i8>(p, 104), x);
    s6 = dot(s6, v128.load_ext<i8>(p, 112), x);
    s7 = dot(s7, v128.load_ext<i8>(p, 120), x);
    p += 128;
    a += 8;
  }
  if (k < depth) {
    const x = v128.load_splat<i32>(a);
    s0 = dot(s0, v128.load_ext<i8>(p), x);
    s1 = dot(s1, v128.load_ext<i8>(p, 8), x);
    s2 = dot(s2, v128.load_ext<i8>(p, 16), x);
    s3 = dot(s3, v128.load_ext<i8>(p, 24), x);
    s4 = dot(s4, v128.load_ext<i8>(p, 32), x);
    s5 = dot(s5, v128.load_ext<i8>(p, 40), x);
    s6 = dot(s6, v128.load_ext<i8>(p, 48), x);
    s7 = dot(s7, v128.load_ext<i8>(p, 56), x);
  }
  finishGroup(c, s0, s1, s2, s3, s4, s5, s6, s7, v128.load_splat<f32>(q), scales, bias, left);
}

function eightColumns(
  p: usize, step: usize, depth: i32, q: usize, c: usize, scales: usize, bias: usize, left: i32,
): void {
  let s0 = i32x4.splat(0);
  let s1 = i32x4.splat(0);
  let a = q + 16;
  for (let k = 0; k < depth; k += 2) {
    const x = v128.load_splat<i32>(a);
    s0 = dot(s0, v128.load_ext<i8>(p), x);
    s1 = dot(s1, v128.load_ext<i8>(p, 8), x);
    p += step;
    a += 4;
  }
  finish(c, s0, s1, v128.load_splat<f32>(q), scales, bias, left);
}
