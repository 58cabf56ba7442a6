// Attention of every lane for itself: the lanes lie side by side, so a product of two sequences is a product of
// vectors, element by element, and no lane's sum crosses another's.

import { madd } from '../math/madd.as';
import { liveLanes } from '../math/lanes.as';
import { exp } from '../math/activations.as';

/**
 * s[I][J][B] = factor * sum over d < D of a[i][d] b[j][d]. aStep and bStep: bytes from one step to the next.
 * Two by two products of two vectors: 8 sums for 8 loads; what hangs over the edge is computed again.
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
): void {
  const row = <usize>B << 2;
  const scale = f32x4.splat(factor);
  for (let i = 0; i < I; i += 2) {
    const a0 = a + <usize>i * aStep;
    const a1 = i + 1 < I ? a0 + aStep : a0;
    const s0 = s + <usize>(i * J) * row;
    const s1 = i + 1 < I ? s0 + <usize>J * row : s0;
    for (let j = 0; j < J; j += 2) {
      const b0 = b + <usize>j * bStep;
      const next: usize = j + 1 < J ? 1 : 0;
      const b1 = b0 + next * bStep;
      for (let lane: usize = 0; lane < row; lane += 32) {
        let p0 = f32x4.splat(0);
        let p1 = f32x4.splat(0);
        let q0 = f32x4.splat(0);
        let q1 = f32x4.splat(0);
        let r0 = f32x4.splat(0);
        let r1 = f32x4.splat(0);
        let t0 = f32x4.splat(0);
        let t1 = f32x4.splat(0);
        let at = lane;
        for (let d = 0; d < D; d++, at += row) {
          const u0 = v128.load(a0 + at);
          const u1 = v128.load(a0 + at, 16);
          const w0 = v128.load(a1 + at);
          const w1 = v128.load(a1 + at, 16);
          let x0 = v128.load(b0 + at);
          let x1 = v128.load(b0 + at, 16);
          p0 = madd(u0, x0, p0);
          p1 = madd(u1, x1, p1);
          r0 = madd(w0, x0, r0);
          r1 = madd(w1, x1, r1);
          x0 = v128.load(b1 + at);
          x1 = v128.load(b1 + at, 16);
          q0 = madd(u0, x0, q0);
          q1 = madd(u1, x1, q1);
          t0 = madd(w0, x0, t0);
          t1 = madd(w1, x1, t1);
        }
        const left = <usize>j * row + lane;
        const right = left + next * row;
        v128.store(s0 + left, f32x4.mul(p0, scale));
        v128.store(s0 + left, f32x4.mul(p1, scale), 16);
        v128.store(s0 + right, f32x4.mul(q0, scale));
        v128.store(s0 + right, f32x4.mul(q1, scale), 16);
        v128.store(s1 + left, f32x4.mul(r0, scale));
        v128.store(s1 + left, f32x4.mul(r1, scale), 16);
        v128.store(s1 + right, f32x4.mul(t0, scale));
        v128.store(s1 + right, f32x4.mul(t1, scale), 16);
      }
    }
  }
}

/**
 * y[i][d] += factor * sum over j < J of s(i, j) b[j][d], where s(i, j) [B] stands at s + i sI + j sJ (bytes), so
 * that the transpose of a table of scores is asked for by its strides.
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
): void {
  const row = <usize>B << 2;
  const scale = f32x4.splat(factor);
  for (let i = 0; i < I; i++) {
    for (let lane: usize = 0; lane < row; lane += 32) {
      for (let d = 0; d < D; d += 4) {
        const more = D - d;
        const d1: usize = more > 1 ? row : 0;
        const d2: usize = more > 2 ? 2 * row : 0;
        const d3: usize = more > 3 ? 3 * row : 0;
        let p0 = f32x4.splat(0);
        let p1 = f32x4.splat(0);
        let q0 = f32x4.splat(0);
        let q1 = f32x4.splat(0);
        let r0 = f32x4.splat(0);
        let r1 = f32x4.splat(0);
        let t0 = f32x4.splat(0);
        let t1 = f32x4.splat(0);
        let from = b + <usize>d * row + lane;
        let weight = s + <usize>i * sI + lane;
        for (let j = 0; j < J; j++, from += bStep, weight += sJ) {
          const u0 = v128.load(weight);
          const u1 = v128.load(weight, 16);
          p0 = madd(u0, v128.load(from), p0);
          p1 = madd(u1, v128.load(from, 16), p1);
          q0 = madd(u0, v128.load(from + d1), q0);
          q1 = madd(u1, v128.load(from + d1, 16), q1);
          r0 = madd(u0, v128.load(from + d2), r0);
          r1 = madd(u1, v128.load(from + d2, 16), r1);
          t0 = madd(u0, v128.load(from + d3), t0);
          t1 = madd(u1, v128.load(from + d3, 16), t1);
        }
        const to = y + <usize>i * yStep + <usize>d * row + lane;
        addTo(to, p0, p1, scale);
        if (more > 1) addTo(to + d1, q0, q1, scale);
        if (more > 2) addTo(to + d2, r0, r1, scale);
        if (more > 3) addTo(to + d3, t0, t1, scale);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, v0: v128, v1: v128, scale: v128): void {
  v128.store(to, madd(v0, scale, v128.load(to)));
  v128.store(to, madd(v1, scale, v128.load(to, 16)), 16);
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
