// Attention of every lane for itself: the lanes lie side by side, so a product of two sequences is a product of
// vectors, element by element, and no lane's sum crosses another's.

import { madd } from '../math/madd.as';
import { liveLanes } from '../math/lanes.as';
import { exp } from '../math/activations.as';

/** Bytes of lanes that are gone through at a time: a cache line. */
const LINE: usize = 64;

/**
 * Lines of so many bytes, 32 or 64, out of a table of rows [n][m], side by side at `to`, a line of room behind each row: as they lie
 * they are powers of two apart, and fall on the same few places of the cache. @returns bytes from row to row
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
 * s[I][J][B] = factor * sum over d < D of a[i][d] b[j][d]. aStep and bStep: bytes from one step to the next.
 * Four by two products of a vector: 8 sums for 6 loads; what hangs over the edge is computed again. room: for lines of
 * both operands, (I + J) (D + 1) of them.
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
      const more = I - i;
      const a0 = room + <usize>i * stride;
      const a1 = more > 1 ? a0 + stride : a0;
      const a2 = more > 2 ? a1 + stride : a1;
      const a3 = more > 3 ? a2 + stride : a2;
      const s0 = s + <usize>i * sStep + line;
      const s1 = more > 1 ? s0 + sStep : s0;
      const s2 = more > 2 ? s1 + sStep : s1;
      const s3 = more > 3 ? s2 + sStep : s2;
      for (let j = 0; j < J; j += 2) {
        const b0 = others + <usize>j * stride;
        const next: usize = j + 1 < J ? 1 : 0;
        const b1 = b0 + next * stride;
        for (let lane: usize = 0; lane < width; lane += 16) {
          let p0 = f32x4.splat(0);
          let p1 = f32x4.splat(0);
          let p2 = f32x4.splat(0);
          let p3 = f32x4.splat(0);
          let q0 = f32x4.splat(0);
          let q1 = f32x4.splat(0);
          let q2 = f32x4.splat(0);
          let q3 = f32x4.splat(0);
          let at = lane;
          for (let d = 0; d < D; d++, at += LINE) {
            const x = v128.load(b0 + at);
            const z = v128.load(b1 + at);
            let u = v128.load(a0 + at);
            p0 = madd(u, x, p0);
            q0 = madd(u, z, q0);
            u = v128.load(a1 + at);
            p1 = madd(u, x, p1);
            q1 = madd(u, z, q1);
            u = v128.load(a2 + at);
            p2 = madd(u, x, p2);
            q2 = madd(u, z, q2);
            u = v128.load(a3 + at);
            p3 = madd(u, x, p3);
            q3 = madd(u, z, q3);
          }
          const left = <usize>j * row + lane;
          const right = left + next * row;
          v128.store(s0 + left, f32x4.mul(p0, scale));
          v128.store(s0 + right, f32x4.mul(q0, scale));
          v128.store(s1 + left, f32x4.mul(p1, scale));
          v128.store(s1 + right, f32x4.mul(q1, scale));
          v128.store(s2 + left, f32x4.mul(p2, scale));
          v128.store(s2 + right, f32x4.mul(q2, scale));
          v128.store(s3 + left, f32x4.mul(p3, scale));
          v128.store(s3 + right, f32x4.mul(q3, scale));
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
      const more = D - d;
      const d1: usize = more > 1 ? LINE : 0;
      const d2: usize = more > 2 ? 2 * LINE : 0;
      const d3: usize = more > 3 ? 3 * LINE : 0;
      for (let i = 0; i < I; i += 2) {
        const both = i + 1 < I;
        const other: usize = both ? sStride : 0;
        for (let lane: usize = 0; lane < width; lane += 16) {
          let p0 = f32x4.splat(0);
          let p1 = f32x4.splat(0);
          let p2 = f32x4.splat(0);
          let p3 = f32x4.splat(0);
          let q0 = f32x4.splat(0);
          let q1 = f32x4.splat(0);
          let q2 = f32x4.splat(0);
          let q3 = f32x4.splat(0);
          let from = others + <usize>d * LINE + lane;
          let weight = room + <usize>i * sStride + lane;
          for (let j = 0; j < J; j++, from += stride, weight += LINE) {
            const u = v128.load(weight);
            const w = v128.load(weight + other);
            let x = v128.load(from);
            p0 = madd(u, x, p0);
            q0 = madd(w, x, q0);
            x = v128.load(from + d1);
            p1 = madd(u, x, p1);
            q1 = madd(w, x, q1);
            x = v128.load(from + d2);
            p2 = madd(u, x, p2);
            q2 = madd(w, x, q2);
            x = v128.load(from + d3);
            p3 = madd(u, x, p3);
            q3 = madd(w, x, q3);
          }
          const to = y + <usize>i * yStep + <usize>d * row + line + lane;
          addTo(to, row, more, p0, p1, p2, p3, scale);
          if (both) addTo(to + yStep, row, more, q0, q1, q2, q3, scale);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(
  to: usize,
  row: usize,
  more: i32,
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  scale: v128,
): void {
  v128.store(to, madd(v0, scale, v128.load(to)));
  if (more > 1) v128.store(to + row, madd(v1, scale, v128.load(to + row)));
  if (more > 2) v128.store(to + 2 * row, madd(v2, scale, v128.load(to + 2 * row)));
  if (more > 3) v128.store(to + 3 * row, madd(v3, scale, v128.load(to + 3 * row)));
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
