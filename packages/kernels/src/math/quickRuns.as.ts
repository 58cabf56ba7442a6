// Sigmoid and tanh of whole rows in place, as the engine of 7-bit activations computes its gates: a network that is
// trained for it with exact ones would round to other levels now and then.

import { clamp, constant, dividend, divisor } from './quickGates.as';

/** at[i] = sigmoid(at[i]); count is a multiple of 4. */
export function quickSigmoidRun(at: usize, count: i32): void {
  const half = constant(7);
  const end = at + (<usize>count << 2);
  for (; at < end; at += 16) {
    const x = clamp(f32x4.mul(v128.load(at), half), constant(6), constant(5));
    const square = f32x4.mul(x, x);
    const q = divisor(square, constant(3), constant(4));
    const open = f32x4.add(q, dividend(x, square, constant(0), constant(1), constant(2)));
    v128.store(at, f32x4.mul(half, f32x4.div(open, q)));
  }
}

/** at[i] = tanh(at[i]); count is a multiple of 4. */
export function quickTanhRun(at: usize, count: i32): void {
  const end = at + (<usize>count << 2);
  for (; at < end; at += 16) {
    const x = clamp(v128.load(at), constant(6), constant(5));
    const square = f32x4.mul(x, x);
    const over = dividend(x, square, constant(0), constant(1), constant(2));
    v128.store(at, f32x4.div(over, divisor(square, constant(3), constant(4))));
  }
}
