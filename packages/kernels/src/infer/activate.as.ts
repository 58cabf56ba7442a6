// The activations that ONNX's recurrent operators may name, four numbers at a time. Their numbers here are those of
// ACTIVATION_CODES in recurrentLayer.ts. NaN stays NaN.

import { exp, expm1, sigmoid, tanh } from '../math/activations.as';
import { madd } from '../math/madd.as';

/** alpha and beta do nothing where the formula has none. */
export function activate(kind: i32, v: v128, alpha: v128, beta: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (kind) {
    case 0:
      return f32x4.max(v, zero); // relu
    case 1:
      return tanh(v);
    case 2:
      return sigmoid(v);
    case 3:
      return madd(alpha, v, beta); // affine
    case 4:
      return v128.bitselect(f32x4.mul(alpha, v), v, f32x4.lt(v, zero)); // leakyrelu
    case 5:
      return v128.andnot(v, f32x4.le(v, alpha)); // thresholdedrelu
    case 6:
      return f32x4.mul(alpha, tanh(f32x4.mul(beta, v))); // scaledtanh
    case 7:
      return f32x4.min(one, f32x4.max(zero, madd(alpha, v, beta))); // hardsigmoid
    case 8:
      return v128.bitselect(f32x4.mul(alpha, expm1(v)), v, f32x4.lt(v, zero)); // elu
    case 9:
      return f32x4.div(v, f32x4.add(one, f32x4.abs(v))); // softsign
    default:
      return f32x4.add(f32x4.max(v, zero), log1p(exp(f32x4.neg(f32x4.abs(v))))); // softplus
  }
}

/**
 * ln(1 + e) for e in [0, 1]: 2 artanh s with s = e / (2 + e), at most 1/3, so that the terms up to s^15 leave less
 * than 1e-9.
 */
// @ts-ignore: decorator
@inline
function log1p(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(e, f32x4.splat(2)));
  const square = f32x4.mul(s, s);
  let series = f32x4.splat(2.0 / 15);
  for (let odd: f32 = 13; odd > 0; odd -= 2) series = madd(series, square, f32x4.splat(2 / odd));
  return f32x4.mul(s, series);
}
