/**
 * One step of gradient descent with momentum over `count` floats: m = momentum m + g + decay w, then
 * w -= rate m, or with `nesterov` w -= rate (g + decay w + momentum m).
 */
export function sgdStep(
  count: i32,
  w: usize,
  g: usize,
  m: usize,
  rate: f32,
  momentum: f32,
  decay: f32,
  nesterov: i32,
): void {
  const bytes = <usize>count << 2;
  const whole = bytes & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const weight = v128.load(w + i);
    const grad = f32x4.add(v128.load(g + i), f32x4.mul(f32x4.splat(decay), weight));
    const mean = f32x4.add(f32x4.mul(f32x4.splat(momentum), v128.load(m + i)), grad);
    const step = nesterov ? f32x4.add(grad, f32x4.mul(f32x4.splat(momentum), mean)) : mean;
    v128.store(m + i, mean);
    v128.store(w + i, f32x4.sub(weight, f32x4.mul(f32x4.splat(rate), step)));
  }
  for (; i < bytes; i += 4) {
    const weight = load<f32>(w + i);
    const grad = load<f32>(g + i) + decay * weight;
    const mean = momentum * load<f32>(m + i) + grad;
    store<f32>(m + i, mean);
    store<f32>(w + i, weight - rate * (nesterov ? grad + momentum * mean : mean));
  }
}
