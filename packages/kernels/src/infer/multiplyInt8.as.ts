// Quantised activations (quantiseRows.as.ts) times packed int8 weights (matrix.as.ts), two ways, one a binary.
//
// Plain SIMD: int8 weights widened to int16, times int16 activations, two products summed by each
// i32x4.dot_i16x8. Relaxed SIMD: sixteen int8 weights at once, times the two 7-bit halves of 14-bit activations;
// one instruction where the processor has a dot product (AVX-VNNI, ARM's SDOT).
//
// Sums are exact: 32 bits hold them by the choice of LEVELS. So the order of the loops cannot change a result.

import { MAX_LEVEL, paddedDepth } from './matrix.as';
import { rowBytes } from './quantiseRows.as';
import { storeColumns } from './storeColumns.as';

/** c[m][n] = bias[n] + scale[m] scales[n] (sum over k of q[m][k] w[n][k]), in the strides of multiplyFloat. */
export function multiplyInt8(
  panels: usize, scales: usize, sums: usize, N: i32, K: i32,
  q: usize, M: i32, c: usize, cStride: usize, bias: usize,
): void {
  const columns = (N + 7) & ~7;
  const row = <usize>rowBytes(K);
  const depth = paddedDepth(K);
  for (let n = 0; n < columns; n += 32) {
    const width = min(32, columns - n);
    const by = <usize>n << 2;
    const offset = bias ? bias + by : 0;
    if (ASC_FEATURE_RELAXED_SIMD) {
      for (let m = 0; m < M; m++) {
        const a = q + <usize>m * row;
        const to = c + <usize>m * cStride + by;
        let sub = 0;
        for (; sub + 16 <= width; sub += 16) {
          const f = <usize>sub << 2;
          sixteenRelaxed(
            panels + f, <usize>width << 2, depth, a, to + f,
            scales + by + f, sums + by + f, offset ? offset + f : 0, N - n - sub,
          );
        }
        if (sub < width) {
          const f = <usize>sub << 2;
          eightRelaxed(
            panels + f, <usize>width << 2, depth, a, to + f,
            scales + by + f, sums + by + f, offset ? offset + f : 0, N - n - sub,
          );
        }
      }
    } else {
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
    }
    panels += <usize>(width * depth);
  }
}

/** Integer sums of eight columns, scaled, with their bias, to c. */
// @ts-ignore: decorator
@inline
function finish(c: usize, s0: v128, s1: v128, scale: v128, scales: usize, bias: usize, left: i32): void {
  let f0 = f32x4.mul(f32x4.convert_i32x4_s(s0), f32x4.mul(scale, v128.load(scales)));
  let f1 = f32x4.mul(f32x4.convert_i32x4_s(s1), f32x4.mul(scale, v128.load(scales, 16)));
  if (bias) {
    f0 = f32x4.add(f0, v128.load(bias));
    f1 = f32x4.add(f1, v128.load(bias, 16));
  }
  storeColumns(c, f0, f1, left);
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
  let ra = q + 16;
  let rb = ra + row;
  let rc = rb + row;
  let rd = rc + row;
  for (let k = 0; k < depth; k += 2) {
    const w0 = v128.load_ext<i8>(p);
    const w1 = v128.load_ext<i8>(p, 8);
    let x = v128.load_splat<i32>(ra);
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
    ra += 4;
    rb += 4;
    rc += 4;
    rd += 4;
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
  const scale = v128.load_splat<f32>(q);
  if (left >= 32) {
    finishGroup(c, s0, s1, s2, s3, scale, scales, bias);
    finishGroup(c + 64, s4, s5, s6, s7, scale, scales + 64, bias ? bias + 64 : 0);
    return;
  }
  finish(c, s0, s1, scale, scales, bias, left);
  finish(c + 32, s2, s3, scale, scales + 32, bias ? bias + 32 : 0, left - 8);
  finish(c + 64, s4, s5, scale, scales + 64, bias ? bias + 64 : 0, left - 16);
  finish(c + 96, s6, s7, scale, scales + 96, bias ? bias + 96 : 0, left - 24);
}

/** Sixteen columns that all exist. */
// @ts-ignore: decorator
@inline
function finishGroup(
  c: usize, s0: v128, s1: v128, s2: v128, s3: v128, scale: v128, scales: usize, bias: usize,
): void {
  let f0 = f32x4.mul(f32x4.convert_i32x4_s(s0), f32x4.mul(scale, v128.load(scales)));
  let f1 = f32x4.mul(f32x4.convert_i32x4_s(s1), f32x4.mul(scale, v128.load(scales, 16)));
  let f2 = f32x4.mul(f32x4.convert_i32x4_s(s2), f32x4.mul(scale, v128.load(scales, 32)));
  let f3 = f32x4.mul(f32x4.convert_i32x4_s(s3), f32x4.mul(scale, v128.load(scales, 48)));
  if (bias) {
    f0 = f32x4.add(f0, v128.load(bias));
    f1 = f32x4.add(f1, v128.load(bias, 16));
    f2 = f32x4.add(f2, v128.load(bias, 32));
    f3 = f32x4.add(f3, v128.load(bias, 48));
  }
  v128.store(c, f0);
  v128.store(c, f1, 16);
  v128.store(c, f2, 32);
  v128.store(c, f3, 48);
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

/** 128 * high + low, less the offset that made the halves unsigned. */
// @ts-ignore: decorator
@inline
function join(high: v128, low: v128, sums: usize): v128 {
  const offset = i32x4.mul(v128.load(sums), i32x4.splat(MAX_LEVEL + 1));
  return i32x4.sub(i32x4.add(i32x4.shl(high, 7), low), offset);
}

// @ts-ignore: decorator
@inline
function relaxedDot(w: v128, x: v128, sum: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
}

/** Two panels of eight: each half of the activations meets four vectors of weights, in eight sums. */
function sixteenRelaxed(
  p: usize, step: usize, depth: i32, q: usize, c: usize, scales: usize, sums: usize, bias: usize, left: i32,
): void {
  let h0 = i32x4.splat(0);
  let h1 = i32x4.splat(0);
  let h2 = i32x4.splat(0);
  let h3 = i32x4.splat(0);
  let l0 = i32x4.splat(0);
  let l1 = i32x4.splat(0);
  let l2 = i32x4.splat(0);
  let l3 = i32x4.splat(0);
  let high = q + 16;
  let low = high + <usize>depth;
  for (let k = 0; k < depth; k += 4) {
    const w0 = v128.load(p);
    const w1 = v128.load(p, 16);
    const w2 = v128.load(p, 32);
    const w3 = v128.load(p, 48);
    let x = v128.load_splat<i32>(high);
    h0 = relaxedDot(w0, x, h0);
    h1 = relaxedDot(w1, x, h1);
    h2 = relaxedDot(w2, x, h2);
    h3 = relaxedDot(w3, x, h3);
    x = v128.load_splat<i32>(low);
    l0 = relaxedDot(w0, x, l0);
    l1 = relaxedDot(w1, x, l1);
    l2 = relaxedDot(w2, x, l2);
    l3 = relaxedDot(w3, x, l3);
    p += step;
    high += 4;
    low += 4;
  }
  const scale = v128.load_splat<f32>(q);
  finish(c, join(h0, l0, sums), join(h1, l1, sums + 16), scale, scales, bias, left);
  finish(
    c + 32, join(h2, l2, sums + 32), join(h3, l3, sums + 48), scale, scales + 32, bias ? bias + 32 : 0, left - 8,
  );
}

function eightRelaxed(
  p: usize, step: usize, depth: i32, q: usize, c: usize, scales: usize, sums: usize, bias: usize, left: i32,
): void {
  let h0 = i32x4.splat(0);
  let h1 = i32x4.splat(0);
  let l0 = i32x4.splat(0);
  let l1 = i32x4.splat(0);
  let high = q + 16;
  let low = high + <usize>depth;
  for (let k = 0; k < depth; k += 4) {
    const w0 = v128.load(p);
    const w1 = v128.load(p, 16);
    let x = v128.load_splat<i32>(high);
    h0 = relaxedDot(w0, x, h0);
    h1 = relaxedDot(w1, x, h1);
    x = v128.load_splat<i32>(low);
    l0 = relaxedDot(w0, x, l0);
    l1 = relaxedDot(w1, x, l1);
    p += step;
    high += 4;
    low += 4;
  }
  finish(c, join(h0, l0, sums), join(h1, l1, sums + 16), v128.load_splat<f32>(q), scales, bias, left);
}
