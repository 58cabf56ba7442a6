// Integer sums become floats: times the scale of their row and of their columns, with a bias.

import { storeColumns } from './storeColumns.as';

/** Integer sums of eight columns, scaled, with their bias, to c. */
// @ts-ignore: decorator
@inline
export function finish(c: usize, s0: v128, s1: v128, scale: v128, scales: usize, bias: usize, left: i32): void {
  let f0 = f32x4.mul(f32x4.convert_i32x4_s(s0), f32x4.mul(scale, v128.load(scales)));
  let f1 = f32x4.mul(f32x4.convert_i32x4_s(s1), f32x4.mul(scale, v128.load(scales, 16)));
  if (bias) {
    f0 = f32x4.add(f0, v128.load(bias));
    f1 = f32x4.add(f1, v128.load(bias, 16));
  }
  storeColumns(c, f0, f1, left);
}

/** Sixteen columns that all exist. */
// @ts-ignore: decorator
@inline
function sixteen(
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

/** The 32 columns of a group, of which `left` exist. */
// @ts-ignore: decorator
@inline
export function finishGroup(
  c: usize, s0: v128, s1: v128, s2: v128, s3: v128, s4: v128, s5: v128, s6: v128, s7: v128,
  scale: v128, scales: usize, bias: usize, left: i32,
): void {
  if (left >= 32) {
    sixteen(c, s0, s1, s2, s3, scale, scales, bias);
    sixteen(c + 64, s4, s5, s6, s7, scale, scales + 64, bias ? bias + 64 : 0);
    return;
  }
  finishSome(c, s0, s1, scale, scales, bias, left);
  if (left > 8) finishSome(c + 32, s2, s3, scale, scales + 32, bias ? bias + 32 : 0, left - 8);
  if (left > 16) finishSome(c + 64, s4, s5, scale, scales + 64, bias ? bias + 64 : 0, left - 16);
  if (left > 24) finishSome(c + 96, s6, s7, scale, scales + 96, bias ? bias + 96 : 0, left - 24);
}

/** Called, not inlined: the columns of the last group, which may be fewer, are worth no code of their own. */
function finishSome(c: usize, s0: v128, s1: v128, scale: v128, scales: usize, bias: usize, left: i32): void {
  finish(c, s0, s1, scale, scales, bias, left);
}
