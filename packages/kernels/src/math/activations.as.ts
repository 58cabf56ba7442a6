// exp, sigmoid and tanh of four lanes. All three stand on one expm1, so that tanh keeps its relative precision
// near 0: tanh x = e / (e + 2) with e = expm1(2x).
//
// expm1(r) = r + r^2 q(r) on |r| <= ln2/2, q of degree 4: fitted by iteratively reweighted least squares on 2000
// Chebyshev nodes to the smallest relative error, 1.3e-8, before rounding to float32. With the roundings of
// float32 the errors are within 2.5e-7 relative (activations.test.ts measures them).

import { madd } from './madd.as';

// @ts-ignore: decorator
@inline
function polynomial(r: v128): v128 {
  let q = madd(r, f32x4.splat(0.0013882496859878302), f32x4.splat(0.00836664717644453));
  q = madd(r, q, f32x4.splat(0.04166720435023308));
  q = madd(r, q, f32x4.splat(0.16666541993618011));
  q = madd(r, q, f32x4.splat(0.4999999701976776));
  return madd(f32x4.mul(r, r), q, r);
}

// The operands stand so that NaN stays NaN: a run that diverges must show it.
// @ts-ignore: decorator
@inline
function clamp(x: v128, limit: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-limit)), f32x4.splat(limit));
}

// 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the float, without the conversion
// instructions that WebAssembly must guard against NaN.
// @ts-ignore: decorator
@inline
const ROUND: f32 = 12582912;

// @ts-ignore: decorator
@inline
function exponent(shifted: v128): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
}

// x - n ln2 in two steps (ln2 = 0.693359375 - 2.12194440e-4): the first product is exact.
// @ts-ignore: decorator
@inline
function reduce(x: v128, n: v128): v128 {
  return madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), x));
}

/** e^x, x clamped to +-87 so that 2^n stays a normal float. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = clamp(x, 87);
  const shifted = madd(x, f32x4.splat(1.4426950408889634), f32x4.splat(ROUND));
  const p = polynomial(reduce(x, f32x4.sub(shifted, f32x4.splat(ROUND))));
  const scale = exponent(shifted);
  return madd(p, scale, scale);
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** Beyond |x| = 10 tanh is 1 to the last bit of a float. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  x = f32x4.add(x, x);
  x = clamp(x, 20);
  const shifted = madd(x, f32x4.splat(1.4426950408889634), f32x4.splat(ROUND));
  const p = polynomial(reduce(x, f32x4.sub(shifted, f32x4.splat(ROUND))));
  const scale = exponent(shifted);
  const e = madd(p, scale, f32x4.sub(scale, f32x4.splat(1)));
  return f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
}
