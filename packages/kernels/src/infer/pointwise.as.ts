// Elementwise operations and softmax over rows. Buffers are padded to whole vectors: apply and combine may read
// and write up to three floats past their last element.

import { exp } from '../math/activations.as';
import { activate } from './activate.as';

/** to[i] = f(from[i]), f as activate.as.ts counts them. In place is allowed. */
export function apply(kind: i32, from: usize, to: usize, count: i32, alpha: f32, beta: f32): void {
  const bytes = <usize>count << 2;
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, activate(kind, v128.load(from + i), a, b));
}

/**
 * to[i] = a[i] op b[i]; op 0 add, 1 sub, 2 mul, 3 div. A step of 0 instead of 16 repeats the first element of
 * that operand. `to` may be a or b where that one's step is 16.
 */
export function combine(
  op: i32, a: usize, aStep: usize, b: usize, bStep: usize, to: usize, count: i32,
): void {
  const bytes = <usize>count << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const u = aStep ? v128.load(a) : v128.load_splat<f32>(a);
    const v = bStep ? v128.load(b) : v128.load_splat<f32>(b);
    v128.store(
      to + i,
      op == 0 ? f32x4.add(u, v) : op == 1 ? f32x4.sub(u, v) : op == 2 ? f32x4.mul(u, v) : f32x4.div(u, v),
    );
    a += aStep;
    b += bStep;
  }
}

/** Softmax of each row of `width` floats, or its logarithm. In place is allowed. */
export function softmax(from: usize, to: usize, rows: i32, width: i32, log: bool): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    let top: f32 = load<f32>(from);
    for (let i: usize = 4; i < bytes; i += 4) top = max(top, load<f32>(from + i));
    let sum: f32 = 0;
    const shift = f32x4.splat(top);
    for (let i: usize = 0; i < bytes; i += 16) {
      const left = bytes - i;
      const e = exp(f32x4.sub(left >= 16 ? v128.load(from + i) : loadSome(from + i, left), shift));
      sum += f32x4.extract_lane(e, 0);
      if (left > 4) sum += f32x4.extract_lane(e, 1);
      if (left > 8) sum += f32x4.extract_lane(e, 2);
      if (left > 12) sum += f32x4.extract_lane(e, 3);
      if (!log) {
        if (left >= 16) v128.store(to + i, e);
        else storeSome(to + i, e, left);
      }
    }
    if (log) {
      const by = top + <f32>logarithm(<f64>sum);
      for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i) - by);
    } else {
      const by: f32 = 1 / sum;
      for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) * by);
    }
    from += bytes;
    to += bytes;
  }
}

/**
 * Natural logarithm of a sum of exponentials, at least 1, within 1e-14: the language's own brings a table of
 * 4 kB, half of what a page downloads of this binary.
 * With x = 2^n m, m in [sqrt(1/2), sqrt(2)): ln x = n ln 2 + 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172.
 */
function logarithm(x: f64): f64 {
  // NaN and infinity stay what they are.
  if (!(x <= f64.MAX_VALUE)) return x;
  const bits = reinterpret<u64>(x);
  // The bits of sqrt(1/2): counted from there the exponent rounds to the nearest power in this range.
  const n = <i64>(bits - 0x3fe6a09e667f3bcd) >> 52;
  const m = reinterpret<f64>(bits - (<u64>n << 52));
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let series: f64 = 1.0 / 19;
  for (let odd: f64 = 17; odd > 0; odd -= 2) series = series * square + 1 / odd;
  return <f64>n * 0.6931471805599453 + 2 * s * series;
}

function loadSome(from: usize, bytes: usize): v128 {
  let v = v128.load_zero<f32>(from);
  if (bytes > 4) v = f32x4.replace_lane(v, 1, load<f32>(from, 4));
  if (bytes > 8) v = f32x4.replace_lane(v, 2, load<f32>(from, 8));
  return v;
}

function storeSome(to: usize, v: v128, bytes: usize): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (bytes > 4) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (bytes > 8) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}
