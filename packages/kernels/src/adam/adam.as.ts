/**
 * One AdamW step over `count` floats. `rate` is lr / bias1, `root` is 1 / sqrt(bias2), `keep` is
 * 1 - lr * weightDecay: taken in float64 by the caller, rounded once.
 */
export function adamStep(
  count: i32,
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  rate: f32,
  root: f32,
  beta1: f32,
  beta2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  eps: f32,
  keep: f32,
): void {
  let i: usize = 0;
  const bytes = <usize>count << 2;
  const whole = bytes & ~15;
  for (; i < whole; i += 16) {
    const grad = v128.load(g + i);
    const mean = f32x4.add(
      f32x4.mul(f32x4.splat(beta1), v128.load(m + i)),
      f32x4.mul(f32x4.splat(oneMinusBeta1), grad),
    );
    const square = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(v + i)),
      f32x4.mul(f32x4.splat(oneMinusBeta2), f32x4.mul(grad, grad)),
    );
    const divisor = f32x4.add(f32x4.mul(f32x4.sqrt(square), f32x4.splat(root)), f32x4.splat(eps));
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), mean), divisor);
    v128.store(m + i, mean);
    v128.store(v + i, square);
    v128.store(w + i, f32x4.sub(f32x4.mul(v128.load(w + i), f32x4.splat(keep)), step));
  }
  for (; i < bytes; i += 4) {
    const grad = load<f32>(g + i);
    const mean = beta1 * load<f32>(m + i) + oneMinusBeta1 * grad;
    const square = beta2 * load<f32>(v + i) + oneMinusBeta2 * (grad * grad);
    store<f32>(m + i, mean);
    store<f32>(v + i, square);
    store<f32>(w + i, load<f32>(w + i) * keep - (rate * mean) / (sqrt<f32>(square) * root + eps));
  }
}
