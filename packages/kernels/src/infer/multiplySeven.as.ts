// Activations of 7 bits times packed int8 weights. Without a dot instruction for bytes the relaxed dot that adds is four
// instructions; the one that stops at pairs in 16 bits is one, and i32x4.dot_i16x8 with ones, which stay in a register,
// sums the pairs: three instructions for sixteen products, where int16 activations take three for eight.
//
// Pairs fit 16 bits: 2 * 127 * 128 < 2^15. One row at a time: weights that serve two rows are no faster. Sums of four in
// 16 bits, of activations with sign and weights without, save a fourth of the multiplications but no instruction (a
// correction is added), and are 3 % faster at most: not worth operands that the relaxed dot leaves to the engine.

import { finishGroup } from './finishSums.as';
import { INT8_7_FAST } from './matrix.as';

/** Loaded: V8 builds a splat of a constant anew at every use. */
const ones = memory.data<i16>([1, 1, 1, 1, 1, 1, 1, 1]);

export function multiplySeven(
  kind: i32, panels: usize, scales: usize, offsets: usize, N: i32, depth: i32,
  q: usize, row: usize, M: i32, c: usize, cStride: usize, bias: usize,
): void {
  if (kind == INT8_7_FAST) groups<i8>(panels, scales, offsets, N, depth, q, row, M, c, cStride, bias);
  else groups<i16>(panels, scales, offsets, N, depth, q, row, M, c, cStride, bias);
}

/** @typeparam Sums i8: bytes are summed by one instruction; i16: by way of pairs */
// @ts-ignore: decorator
@inline
function dot<Sums>(sum: v128, w: v128, x: v128, one: v128): v128 {
  if (sizeof<Sums>() == 1) return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, sum);
  return i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w, x), one));
}

/** All rows by 32 columns, then by the next: one function, for a call is felt beside sixteen turns of the inner loop. */
function groups<Sums>(
  panels: usize, scales: usize, offsets: usize, N: i32, depth: i32,
  q: usize, row: usize, M: i32, c: usize, cStride: usize, bias: usize,
): void {
  const one = v128.load(ones);
  for (let left = N; left > 0; left -= 32) {
    let from = q;
    let to = c;
    for (let m = 0; m < M; m++) {
      let s0 = v128.load(offsets);
      let s1 = v128.load(offsets, 16);
      let s2 = v128.load(offsets, 32);
      let s3 = v128.load(offsets, 48);
      let s4 = v128.load(offsets, 64);
      let s5 = v128.load(offsets, 80);
      let s6 = v128.load(offsets, 96);
      let s7 = v128.load(offsets, 112);
      let p = panels;
      const end = from + 16 + <usize>depth;
      for (let a = from + 16; a < end; a += 4) {
        const x = v128.load_splat<i32>(a);
        s0 = dot<Sums>(s0, v128.load(p), x, one);
        s1 = dot<Sums>(s1, v128.load(p, 16), x, one);
        s2 = dot<Sums>(s2, v128.load(p, 32), x, one);
        s3 = dot<Sums>(s3, v128.load(p, 48), x, one);
        s4 = dot<Sums>(s4, v128.load(p, 64), x, one);
        s5 = dot<Sums>(s5, v128.load(p, 80), x, one);
        s6 = dot<Sums>(s6, v128.load(p, 96), x, one);
        s7 = dot<Sums>(s7, v128.load(p, 112), x, one);
        p += 128;
      }
      finishGroup(to, s0, s1, s2, s3, s4, s5, s6, s7, v128.load_splat<f32>(from), scales, bias, left);
      from += row;
      to += cStride;
    }
    panels += <usize>(depth << 5);
    scales += 128;
    offsets += 128;
    if (bias) bias += 128;
    c += 128;
  }
}
