import { sigmoid, tanh } from '../math/activations.as';
import { madd } from '../math/madd.as';

/**
 * Four lanes of one unit from the sums of its products to the new state. z, r: both products and biases; n: that
 * of x alone, m: that of h alone. `at` is the place of the lanes in [H][B], `gate` the bytes of one gate.
 */
// @ts-ignore: decorator
@inline
export function gruFinish(
  at: usize,
  gate: usize,
  z: v128,
  r: v128,
  n: v128,
  m: v128,
  live: v128,
  gates: usize,
  h0: usize,
  h1: usize,
  y: usize,
): void {
  z = sigmoid(z);
  r = sigmoid(r);
  n = tanh(madd(r, m, n));
  const before = v128.load(h0 + at);
  const h = madd(z, f32x4.sub(before, n), n);
  v128.store(gates + at, n);
  v128.store(gates + gate + at, z);
  v128.store(gates + 2 * gate + at, r);
  v128.store(gates + 3 * gate + at, m);
  v128.store(h1 + at, v128.bitselect(h, before, live));
  v128.store(y + at, v128.and(h, live));
}
