// Activations of 16 bits (quantiseRows.as.ts) times packed int8 weights, in plain SIMD: bytes of weights are taken apart
// into int16 (matrix.as.ts has how), and i32x4.dot_i16x8 sums two products.
//
// Sums are exact: 32 bits hold them by the choice of LEVELS. So the order of the loops cannot change a result.

import { finish, finishGroup } from './finishSums.as';
import { ROW_START } from './quantiseRows.as';

/**
 * c[m][n] = bias[n] + scale[m] scales[n] (sum over k of q[m][k] w[n][k]), in the strides of multiplyFloat.
 * @param row bytes of a row of q
 */
export function multiplyInt8(
  panels: usize, scales: usize, N: i32, depth: i32,
  q: usize, row: usize, M: i32, c: usize, cStride: usize, bias: usize,
): void {
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
          panels + f, <usize>width << 2, depth, q + <usize>m * row, row,
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
            panels + f, <usize>width << 2, depth, a, to + f,
            scales + by + f, offset ? offset + f : 0, N - n - sub,
          );
        }
      }
    }
    panels += <usize>(width * depth);
  }
}

/** Loaded: V8 builds a splat of a constant anew at every use. */
const lowBytes = memory.data<i32>([0x00ff00ff]);

// @ts-ignore: decorator
@inline
function high(w: v128): v128 {
  return i16x8.shr_u(w, 8);
}

// @ts-ignore: decorator
@inline
function dot(sum: v128, w: v128, x: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(w, x));
}

/** Four columns by four activations. */
// @ts-ignore: decorator
@inline
function dots(sum: v128, w: v128, mask: v128, x: v128, y: v128): v128 {
  return dot(dot(sum, v128.and(w, mask), x), high(w), y);
}

function fourRows(
  p: usize, step: usize, depth: i32, q: usize, row: usize,
  c: usize, cStride: usize, scales: usize, bias: usize, left: i32,
): void {
  const mask = v128.load_splat<i32>(lowBytes);
  let a0 = v128.load_splat<i32>(q, ROW_START);
  let a1 = a0;
  let b0 = v128.load_splat<i32>(q + row, ROW_START);
  let b1 = b0;
  let c0 = v128.load_splat<i32>(q + 2 * row, ROW_START);
  let c1 = c0;
  let d0 = v128.load_splat<i32>(q + 3 * row, ROW_START);
  let d1 = d0;
  const end = q + 16 + (<usize>depth << 1);
  // Rows that each turn finds anew: V8's first compiler, whose code makes a model's first results, writes whatever a turn
  // changes to memory at its end and reads it again in the next.
  for (let at = q + 16; at < end; at += 8) {
    const rb = at + row;
    const rc = rb + row;
    const rd = rc + row;
    const w0 = v128.load(p);
    const w1 = v128.load(p, 16);
    const low0 = v128.and(w0, mask);
    const low1 = v128.and(w1, mask);
    const high0 = high(w0);
    const high1 = high(w1);
    let x = v128.load_splat<i32>(at);
    let y = v128.load_splat<i32>(at, 4);
    a0 = dot(dot(a0, low0, x), high0, y);
    a1 = dot(dot(a1, low1, x), high1, y);
    x = v128.load_splat<i32>(rb);
    y = v128.load_splat<i32>(rb, 4);
    b0 = dot(dot(b0, low0, x), high0, y);
    b1 = dot(dot(b1, low1, x), high1, y);
    x = v128.load_splat<i32>(rc);
    y = v128.load_splat<i32>(rc, 4);
    c0 = dot(dot(c0, low0, x), high0, y);
    c1 = dot(dot(c1, low1, x), high1, y);
    x = v128.load_splat<i32>(rd);
    y = v128.load_splat<i32>(rd, 4);
    d0 = dot(dot(d0, low0, x), high0, y);
    d1 = dot(dot(d1, low1, x), high1, y);
    p += step;
  }
  finish(c, a0, a1, v128.load_splat<f32>(q), scales, bias, left);
  finish(c + cStride, b0, b1, v128.load_splat<f32>(q + row), scales, bias, left);
  finish(c + 2 * cStride, c0, c1, v128.load_splat<f32>(q + 2 * row), scales, bias, left);
  finish(c + 3 * cStride, d0, d1, v128.load_splat<f32>(q + 3 * row), scales, bias, left);
}

function wholeGroup(p: usize, depth: i32, q: usize, c: usize, scales: usize, bias: usize, left: i32): void {
  const mask = v128.load_splat<i32>(lowBytes);
  let s0 = v128.load_splat<i32>(q, ROW_START);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  const end = q + 16 + (<usize>depth << 1);
  for (let a = q + 16; a < end; a += 8) {
    const x = v128.load_splat<i32>(a);
    const y = v128.load_splat<i32>(a, 4);
    s0 = dots(s0, v128.load(p), mask, x, y);
    s1 = dots(s1, v128.load(p, 16), mask, x, y);
    s2 = dots(s2, v128.load(p, 32), mask, x, y);
    s3 = dots(s3, v128.load(p, 48), mask, x, y);
    s4 = dots(s4, v128.load(p, 64), mask, x, y);
    s5 = dots(s5, v128.load(p, 80), mask, x, y);
    s6 = dots(s6, v128.load(p, 96), mask, x, y);
    s7 = dots(s7, v128.load(p, 112), mask, x, y);
    p += 128;
  }
  finishGroup(c, s0, s1, s2, s3, s4, s5, s6, s7, v128.load_splat<f32>(q), scales, bias, left);
}

function eightColumns(
  p: usize, step: usize, depth: i32, q: usize, c: usize, scales: usize, bias: usize, left: i32,
): void {
  const mask = v128.load_splat<i32>(lowBytes);
  let s0 = v128.load_splat<i32>(q, ROW_START);
  let s1 = s0;
  const end = q + 16 + (<usize>depth << 1);
  for (let a = q + 16; a < end; a += 8) {
    const x = v128.load_splat<i32>(a);
    const y = v128.load_splat<i32>(a, 4);
    s0 = dots(s0, v128.load(p), mask, x, y);
    s1 = dots(s1, v128.load(p, 16), mask, x, y);
    p += step;
  }
  finish(c, s0, s1, v128.load_splat<f32>(q), scales, bias, left);
}
