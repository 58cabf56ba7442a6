// Activation functions over a run of floats, in place, and their slopes from what they returned.

import { exp } from '../math/activations.as';
import { sigmoidRun, tanhRun } from '../math/runs.as';

// @ts-ignore: decorator
@inline
const RELU: i32 = 0;
// @ts-ignore: decorator
@inline
const TANH: i32 = 1;
// @ts-ignore: decorator
@inline
const SIGMOID: i32 = 2;

/** y = f(y); `count` a multiple of 4. `kind`: 0 relu, 1 tanh, 2 sigmoid, 3 softplus. */
export function activate(kind: i32, y: usize, count: i32): void {
  const end = y + (<usize>count << 2);
  if (kind == RELU) {
    // The order keeps NaN: a run that diverges must show it.
    for (; y < end; y += 16) v128.store(y, f32x4.pmax(v128.load(y), f32x4.splat(0)));
  } else if (kind == TANH) {
    tanhRun(y, count);
  } else if (kind == SIGMOID) {
    sigmoidRun(y, count);
  } else {
    // log has no vector form here; softplus stands on heads, which are narrow
    for (; y < end; y += 4) store<f32>(y, softplus(load<f32>(y)));
  }
}

/** log(1 + e^x) without overflow. */
function softplus(x: f32): f32 {
  const tail = Mathf.log1p(Mathf.exp(-abs<f32>(x)));
  return (x > 0 ? x : <f32>0) + tail;
}

/** dy *= f'(x), told from y = f(x). */
export function activateBackward(kind: i32, y: usize, dy: usize, count: i32): void {
  const end = y + (<usize>count << 2);
  const one = f32x4.splat(1);
  if (kind == RELU) {
    for (; y < end; y += 16, dy += 16) {
      v128.store(dy, v128.and(v128.load(dy), f32x4.gt(v128.load(y), f32x4.splat(0))));
    }
  } else if (kind == TANH) {
    for (; y < end; y += 16, dy += 16) {
      const v = v128.load(y);
      v128.store(dy, f32x4.mul(v128.load(dy), f32x4.sub(one, f32x4.mul(v, v))));
    }
  } else if (kind == SIGMOID) {
    for (; y < end; y += 16, dy += 16) {
      const v = v128.load(y);
      v128.store(dy, f32x4.mul(v128.load(dy), f32x4.mul(v, f32x4.sub(one, v))));
    }
  } else {
    for (; y < end; y += 16, dy += 16) {
      // sigmoid(x) = 1 - e^-softplus(x)
      v128.store(dy, f32x4.mul(v128.load(dy), f32x4.sub(one, exp(f32x4.neg(v128.load(y))))));
    }
  }
}
