// Activations of 14 bits times packed int8 weights by relaxed dots, which take 7 bits: a dot for each half. For
// processors where that is one instruction (AVX-VNNI, ARM's SDOT).

import { finish } from './finishSums.as';
import { INT8_14, paddedColumns } from './matrix.as';

export function multiplyTwice(
  panels: usize, scales: usize, offsets: usize, N: i32, depth: i32,
  q: usize, row: usize, M: i32, c: usize, cStride: usize, bias: usize,
): void {
  const columns = paddedColumns(INT8_14, N);
  for (let n = 0; n < columns; n += 32) {
    const width = min(32, columns - n);
    const by = <usize>n << 2;
    const offset = bias ? bias + by : 0;
    for (let m = 0; m < M; m++) {
      const a = q + <usize>m * row;
      const to = c + <usize>m * cStride + by;
      for (let sub = 0; sub < width; sub += 16) {
        const f = <usize>sub << 2;
        sixteen(
          panels + f, <usize>width << 2, depth, a, to + f,
          scales + by + f, offsets + by + f, offset ? offset + f : 0, N - n - sub,
        );
      }
    }
    panels += <usize>(width * depth);
  }
}

/** 128 * high + low, less the offset that made the halves unsigned. */
// @ts-ignore: decorator
@inline
function join(high: v128, low: v128, offsets: usize): v128 {
  return i32x4.add(i32x4.add(i32x4.shl(high, 7), low), v128.load(offsets));
}

// @ts-ignore: decorator
@inline
function relaxedDot(w: v128, x: v128, sum: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
}

/** Two panels of eight: each half of the activations meets four vectors of weights, in eight offsets. */
function sixteen(
  p: usize, step: usize, depth: i32, q: usize, c: usize, scales: usize, offsets: usize, bias: usize, left: i32,
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
  finish(c, join(h0, l0, offsets), join(h1, l1, offsets + 16), scale, scales, bias, left);
  if (left <= 8) return;
  finish(
    c + 32, join(h2, l2, offsets + 32), join(h3, l3, offsets + 48), scale, scales + 32, bias ? bias + 32 : 0, left - 8,
  );
}
