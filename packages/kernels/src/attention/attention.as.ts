// Attention of every lane for itself: the lanes lie side by side, so a product of two sequences is a product of
// vectors, element by element, and no lane's sum crosses another's.

import { madd } from '../math/madd.as';
import { liveLanes } from '../math/lanes.as';
import { exp } from '../math/activations.as';

/** Bytes of lanes that are gone through at a time: a cache line. */
const LINE: usize = 64;

/**
 * Lines of so many bytes, 32 or 64, out of a table of rows [n][m], side by side at `to`, a line of room behind each
 * row: as they lie they are powers of two apart, and fall on the same few places of the cache.
 * @returns bytes from row to row
 */
function gather(
  to: usize,
  from: usize,
  n: i32,
  rowStep: usize,
  m: i32,
  step: usize,
  bytes: usize,
): usize {
  const stride = (<usize>m + 1) * LINE;
  for (let i = 0; i < n; i++) {
    let source = from + <usize>i * rowStep;
    let target = to + <usize>i * stride;
    for (let j = 0; j < m; j++, source += step, target += LINE) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      if (bytes < LINE) continue;
      v128.store(target, v128.load(source, 32), 32);
      v128.store(target, v128.load(source, 48), 48);
    }
  }
  return stride;
}

/**
 * Four by two sums of n products of a vector, times scale: four operands from `four` on, `step` bytes from term to term,
 * by two from `two` on, a line from term to term. Sum (k, l) belongs at to + k toFour + l toTwo, is added to what
 * stands there or takes its place, and is left out where k >= fours or l >= twos: an operand that hangs over the edge is
 * the first once more.
 */
// @ts-ignore: decorator
@inline
function tile(
  n: i32,
  four: usize,
  apart: usize,
  step: usize,
  fours: i32,
  two: usize,
  otherApart: usize,
  twos: i32,
  to: usize,
  toFour: usize,
  toTwo: usize,
  scale: v128,
  adds: bool,
): void {
  const second: usize = fours > 1 ? apart : 0;
  const third: usize = fours > 2 ? 2 * apart : 0;
  const fourth: usize = fours > 3 ? 3 * apart : 0;
  const other: usize = twos > 1 ? otherApart : 0;
  let p0 = f32x4.splat(0);
  let p1 = f32x4.splat(0);
  let p2 = f32x4.splat(0);
  let p3 = f32x4.splat(0);
  let q0 = f32x4.splat(0);
  let q1 = f32x4.splat(0);
  let q2 = f32x4.splat(0);
  let q3 = f32x4.splat(0);
  for (let i = 0; i < n; i++, four += step, two += LINE) {
    const u = v128.load(two);
    const w = v128.load(two + other);
    let x = v128.load(four);
    p0 = madd(u, x, p0);
    q0 = madd(w, x, q0);
    x = v128.load(four + second);
    p1 = madd(u, x, p1);
    q1 = madd(w, x, q1);
    x = v128.load(four + third);
    p2 = madd(u, x, p2);
    q2 = madd(w, x, q2);
    x = v128.load(four + fourth);
    p3 = madd(u, x, p3);
    q3 = madd(w, x, q3);
  }
  put(to, toFour, fours, p0, p1, p2, p3, scale, adds);
  if (twos > 1) put(to + toTwo, toFour, fours, q0, q1, q2, q3, scale, adds);
}

// @ts-ignore: decorator
@inline
function put(
  to: usize,
  step: usize,
  count: i32,
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  scale: v128,
  adds: bool,
): void {
  putOne(to, v0, scale, adds);
  if (count > 1) putOne(to + step, v1, scale, adds);
  if (count > 2) putOne(to + 2 * step, v2, scale, adds);
  if (count > 3) putOne(to + 3 * step, v3, scale, adds);
}

// @ts-ignore: decorator
@inline
function putOne(to: usize, sum: v128, scale: v128, adds: bool): void {
  v128.store(to, adds ? madd(sum, scale, v128.load(to)) : f32x4.mul(sum, scale));
}

/**
 * s[I][J][B] = factor * sum over d < D of a[i][d] b[j][d]. aStep and bStep: bytes from one step to the next.
 * Four rows of two columns at a time: 8 sums for 6 loads. room: for lines of both operands, (I + J) (D + 1) of them.
 */
export function laneScores(
  s: usize,
  I: i32,
  J: i32,
  D: i32,
  B: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  factor: f32,
  room: usize,
): void {
  const row = <usize>B << 2;
  const sStep = <usize>J * row;
  const scale = f32x4.splat(factor);
  for (let line: usize = 0; line < row; line += LINE) {
    const width = min(LINE, row - line);
    const stride = gather(room, a + line, I, aStep, D, row, width);
    const others = room + <usize>I * stride;
    gather(others, b + line, J, bStep, D, row, width);
    for (let i = 0; i < I; i += 4) {
      for (let j = 0; j < J; j += 2) {
        const to = s + <usize>i * sStep + <usize>j * row + line;
        for (let lane: usize = 0; lane < width; lane += 16) {
          const four = room + <usize>i * stride + lane;
          const two = others + <usize>j * stride + lane;
          tile(D, four, stride, LINE, I - i, two, stride, J - j, to + lane, sStep, row, scale, false);
        }
      }
    }
  }
}

/**
 * y[i][d] += factor * sum over j < J of s(i, j) b[j][d], where s(i, j) [B] stands at s + i sI + j sJ (bytes), so
 * that the transpose of a table of scores is asked for by its strides. Two rows of four features at a time. room: for
 * lines of both operands, I (J + 1) + J (D + 1) of them.
 */
export function laneMix(
  y: usize,
  yStep: usize,
  I: i32,
  J: i32,
  D: i32,
  B: i32,
  s: usize,
  sI: usize,
  sJ: usize,
  b: usize,
  bStep: usize,
  factor: f32,
  room: usize,
): void {
  const row = <usize>B << 2;
  const scale = f32x4.splat(factor);
  for (let line: usize = 0; line < row; line += LINE) {
    const width = min(LINE, row - line);
    const sStride = gather(room, s + line, I, sI, J, sJ, width);
    const others = room + <usize>I * sStride;
    const stride = gather(others, b + line, J, bStep, D, row, width);
    for (let d = 0; d < D; d += 4) {
      for (let i = 0; i < I; i += 2) {
        const to = y + <usize>i * yStep + <usize>d * row + line;
        for (let lane: usize = 0; lane < width; lane += 16) {
          const four = others + <usize>d * LINE + lane;
          const two = room + <usize>i * sStride + lane;
          tile(J, four, LINE, stride, D - d, two, sStride, I - i, to + lane, row, yStep, scale, true);
        }
      }
    }
  }
}

/**
 * s[I][J][B], in place: softmax over j, of steps below the lane's length (absent: all) and, if `causal`, of steps
 * up to i alone. The others get 0; a lane without any step gets zeros throughout.
 */
export function laneSoftmax(s: usize, I: i32, J: i32, B: i32, lens: usize, causal: i32): void {
  const row = <usize>B << 2;
  for (let i = 0; i < I; i++) {
    const most = causal ? min(J, i + 1) : J;
    for (let lane: usize = 0; lane < row; lane += 16) {
      let top = f32x4.splat(-Infinity);
      let at = s + lane;
      for (let j = 0; j < most; j++, at += row) {
        const live = liveLanes(lens, lane, i32x4.splat(j));
        // NaN wins, so that a run that diverges shows it.
        top = f32x4.max(top, v128.bitselect(v128.load(at), f32x4.splat(-Infinity), live));
      }
      let sum = f32x4.splat(0);
      at = s + lane;
      for (let j = 0; j < most; j++, at += row) {
        const live = liveLanes(lens, lane, i32x4.splat(j));
        const e = v128.and(exp(f32x4.sub(v128.load(at), top)), live);
        sum = f32x4.add(sum, e);
        v128.store(at, e);
      }
      // A lane of no steps divides by 1: its scores are zero already.
      const divisor = v128.bitselect(f32x4.splat(1), sum, f32x4.eq(sum, f32x4.splat(0)));
      at = s + lane;
      for (let j = 0; j < most; j++, at += row) v128.store(at, f32x4.div(v128.load(at), divisor));
      for (let j = most; j < J; j++, at += row) v128.store(at, f32x4.splat(0));
    }
    s += <usize>J * row;
  }
}

/** dp[I][J][B], in place: the gradient of the scores, p (dp - sum over j of p dp). */
export function laneSoftmaxBackward(p: usize, dp: usize, I: i32, J: i32, B: i32): void {
  const row = <usize>B << 2;
  for (let i = 0; i < I; i++) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      let sum = f32x4.splat(0);
      let at = lane;
      for (let j = 0; j < J; j++, at += row) sum = madd(v128.load(p + at), v128.load(dp + at), sum);
      at = lane;
      for (let j = 0; j < J; j++, at += row) {
        v128.store(dp + at, f32x4.mul(v128.load(p + at), f32x4.sub(v128.load(dp + at), sum)));
      }
    }
    p += <usize>J * row;
    dp += <usize>J * row;
  }
}
