// The plain recurrent cell, h' = f(W x + R h + b) with f tanh or relu. Its product is `affine`; only what is left is here.

import { liveLanes } from '../math/lanes.as';
import { tanhRun } from '../math/runs.as';

/**
 * a[H][B] in: pre-activations; out: the state after the step, which backward needs and the next step starts
 * from. h0 [H][B] the state before, y [H][B]. A lane with lens <= t keeps its state and yields 0.
 */
export function rnnStepForward(
  t: i32,
  B: i32,
  hidden: i32,
  lens: usize,
  a: usize,
  h0: usize,
  y: usize,
  relu: i32,
): void {
  const row = <usize>B << 2;
  const now = i32x4.splat(t);
  if (!relu) tanhRun(a, hidden * B);
  let at: usize = 0;
  for (let j = 0; j < hidden; j++) {
    for (let lane: usize = 0; lane < row; lane += 16, at += 16) {
      const live = liveLanes(lens, lane, now);
      let h = v128.load(a + at);
      // pmax in this order keeps NaN
      if (relu) h = f32x4.pmax(h, f32x4.splat(0));
      v128.store(a + at, v128.bitselect(h, v128.load(h0 + at), live));
      v128.store(y + at, v128.and(h, live));
    }
  }
}

/**
 * g[H][B] (out): the gradient of the pre-activations. h1 [H][B] the state after the step.
 * dh [H][B] in: gradient from the step after; out: what passes this step by (lanes beyond their length), ready
 * for R^T g to be added.
 */
export function rnnStepBackward(
  t: i32,
  B: i32,
  hidden: i32,
  lens: usize,
  h1: usize,
  dy: usize,
  dh: usize,
  g: usize,
  relu: i32,
): void {
  const row = <usize>B << 2;
  const now = i32x4.splat(t);
  let at: usize = 0;
  for (let j = 0; j < hidden; j++) {
    for (let lane: usize = 0; lane < row; lane += 16, at += 16) {
      const live = liveLanes(lens, lane, now);
      const from = v128.load(dh + at);
      const h = v128.load(h1 + at);
      const total = f32x4.add(from, v128.load(dy + at));
      const slope = relu
        ? v128.and(f32x4.splat(1), f32x4.gt(h, f32x4.splat(0)))
        : f32x4.sub(f32x4.splat(1), f32x4.mul(h, h));
      v128.store(g + at, v128.and(f32x4.mul(total, slope), live));
      v128.store(dh + at, v128.andnot(from, live));
    }
  }
}
