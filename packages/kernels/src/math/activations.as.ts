// exp, sigmoid and tanh of four lanes. All three stand on one expm1, so that tanh keeps its relative precision
// near 0: tanh x = e / (e + 2) with e = expm1(2x).
//
// expm1(r) = r + r^2 q(r) on |r| <= ln2/2, q of degree 4: fitted by iteratively reweighted least squares on 2000
// Chebyshev nodes to the smallest relative error, 1.3e-8, before rounding to float32. With the roundings of
// float32 the errors are within 2.5e-7 relative (activations.test.ts measures them).

import { madd } from './madd.as';

// The constants are loaded, each one instruction: V8 builds a splat from two or three moves at every use.
// ROUND is 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the float, without the conversion
// instructions that WebAssembly must guard against NaN. ln2 = 0.693359375 - 2.12194440e-4; the product of the
// first part is exact.
const table = memory.data<f32>([
  0.0013882496859878302, 0.00836664717644453, 0.04166720435023308, 0.16666541993618011, 0.4999999701976776,
  12582912, 1.4426950408889634, -0.693359375, 2.1219444e-4, 1, 2, 87, -87, 20, -20,
]);

// @ts-ignore: decorator
@inline
export function constant(index: usize): v128 {
  return v128.load_splat<f32>(table + (index << 2));
}
// @ts-ignore: decorator
@inline
export const ROUND: usize = 5;
// @ts-ignore: decorator
@inline
export const LOG2E: usize = 6;
// @ts-ignore: decorator
@inline
export const ONE: usize = 9;
// @ts-ignore: decorator
@inline
export const TWO: usize = 10;
// @ts-ignore: decorator
@inline
export const LIMIT_EXP: usize = 11;
// @ts-ignore: decorator
@inline
export const LIMIT_TANH: usize = 13;

// @ts-ignore: decorator
@inline
function polynomial(r: v128): v128 {
  let q = madd(r, constant(0), constant(1));
  q = madd(r, q, constant(2));
  q = madd(r, q, constant(3));
  q = madd(r, q, constant(4));
  return madd(f32x4.mul(r, r), q, r);
}

// The operands stand so that NaN stays NaN: a run that diverges must show it.
// @ts-ignore: decorator
@inline
export function clamp(x: v128, limit: usize): v128 {
  return f32x4.pmin(f32x4.pmax(x, constant(limit + 1)), constant(limit));
}

/** x in units of ln2, nearest integer in the low bits. */
// @ts-ignore: decorator
@inline
export function shift(x: v128): v128 {
  return madd(x, constant(LOG2E), constant(ROUND));
}

/** What is left of x above that integer, at most ln2/2. */
// @ts-ignore: decorator
@inline
function remainder(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, constant(ROUND));
  return madd(n, constant(8), madd(n, constant(7), x));
}

/** 2 to that integer: 1's bits with the exponent moved. */
// @ts-ignore: decorator
@inline
export function power(shifted: v128): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), constant(ONE));
}

/** e^x, x clamped to +-87 so that the power stays a normal float. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  x = clamp(x, LIMIT_EXP);
  const shifted = shift(x);
  const scale = power(shifted);
  return madd(polynomial(remainder(x, shifted)), scale, scale);
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(ONE);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** e^x - 1, precise near 0. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  x = clamp(x, LIMIT_EXP);
  const shifted = shift(x);
  const scale = power(shifted);
  return madd(polynomial(remainder(x, shifted)), scale, f32x4.sub(scale, constant(ONE)));
}

/** Beyond |x| = 10 tanh is 1 to the last bit of a float. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  x = clamp(f32x4.add(x, x), LIMIT_TANH);
  const shifted = shift(x);
  const scale = power(shifted);
  const e = madd(polynomial(remainder(x, shifted)), scale, f32x4.sub(scale, constant(ONE)));
  return f32x4.div(e, f32x4.add(e, constant(TWO)));
}
