// Sigmoid and tanh of whole rows in place. One chain of their operations is some seventy cycles long and uses a
// tenth of the arithmetic units; four chains in step fill them, and load each constant once.

import { clamp, constant, LIMIT_EXP, LIMIT_TANH, LOG2E, ONE, power, ROUND, sigmoid, tanh, TWO } from './activations.as';
import { madd } from './madd.as';

/** at[i] = sigmoid(at[i]); count is a multiple of 4. */
export function sigmoidRun(at: usize, count: i32): void {
  const end = at + (<usize>count << 2);
  const whole = at + (<usize>(count & ~15) << 2);
  for (; at < whole; at += 64) four(at, true);
  for (; at < end; at += 16) v128.store(at, sigmoid(v128.load(at)));
}

/** at[i] = tanh(at[i]); count is a multiple of 4. */
export function tanhRun(at: usize, count: i32): void {
  const end = at + (<usize>count << 2);
  const whole = at + (<usize>(count & ~15) << 2);
  for (; at < whole; at += 64) four(at, false);
  for (; at < end; at += 16) v128.store(at, tanh(v128.load(at)));
}

// @ts-ignore: decorator
@inline
function argument(x: v128, isSigmoid: bool): v128 {
  return isSigmoid ? clamp(f32x4.neg(x), LIMIT_EXP) : clamp(f32x4.add(x, x), LIMIT_TANH);
}

/** From expm1's polynomial and the power of 2 to the activation, as sigmoid and tanh of activations.as do it. */
// @ts-ignore: decorator
@inline
function finish(polynomial: v128, scale: v128, isSigmoid: bool): v128 {
  const one = constant(ONE);
  if (isSigmoid) return f32x4.div(one, f32x4.add(one, madd(polynomial, scale, scale)));
  const e = madd(polynomial, scale, f32x4.sub(scale, one));
  return f32x4.div(e, f32x4.add(e, constant(TWO)));
}

// @ts-ignore: decorator
@inline
function four(at: usize, isSigmoid: bool): void {
  const x0 = argument(v128.load(at), isSigmoid);
  const x1 = argument(v128.load(at, 16), isSigmoid);
  const x2 = argument(v128.load(at, 32), isSigmoid);
  const x3 = argument(v128.load(at, 48), isSigmoid);
  let k = constant(LOG2E);
  let l = constant(ROUND);
  const s0 = madd(x0, k, l);
  const s1 = madd(x1, k, l);
  const s2 = madd(x2, k, l);
  const s3 = madd(x3, k, l);
  const n0 = f32x4.sub(s0, l);
  const n1 = f32x4.sub(s1, l);
  const n2 = f32x4.sub(s2, l);
  const n3 = f32x4.sub(s3, l);
  k = constant(7);
  l = constant(8);
  const r0 = madd(n0, l, madd(n0, k, x0));
  const r1 = madd(n1, l, madd(n1, k, x1));
  const r2 = madd(n2, l, madd(n2, k, x2));
  const r3 = madd(n3, l, madd(n3, k, x3));
  k = constant(0);
  l = constant(1);
  let q0 = madd(r0, k, l);
  let q1 = madd(r1, k, l);
  let q2 = madd(r2, k, l);
  let q3 = madd(r3, k, l);
  k = constant(2);
  q0 = madd(r0, q0, k);
  q1 = madd(r1, q1, k);
  q2 = madd(r2, q2, k);
  q3 = madd(r3, q3, k);
  k = constant(3);
  q0 = madd(r0, q0, k);
  q1 = madd(r1, q1, k);
  q2 = madd(r2, q2, k);
  q3 = madd(r3, q3, k);
  k = constant(4);
  q0 = madd(r0, q0, k);
  q1 = madd(r1, q1, k);
  q2 = madd(r2, q2, k);
  q3 = madd(r3, q3, k);
  q0 = madd(f32x4.mul(r0, r0), q0, r0);
  q1 = madd(f32x4.mul(r1, r1), q1, r1);
  q2 = madd(f32x4.mul(r2, r2), q2, r2);
  q3 = madd(f32x4.mul(r3, r3), q3, r3);
  v128.store(at, finish(q0, power(s0), isSigmoid));
  v128.store(at, finish(q1, power(s1), isSigmoid), 16);
  v128.store(at, finish(q2, power(s2), isSigmoid), 32);
  v128.store(at, finish(q3, power(s3), isSigmoid), 48);
}
