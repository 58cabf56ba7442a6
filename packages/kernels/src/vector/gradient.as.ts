// What an optimiser does to a gradient before its step.

/** dst += factor * src: a penalty on weights that stands in the gradient. */
export function addScaled(dst: usize, src: usize, count: i32, factor: f32): void {
  const end = dst + (<usize>count << 2);
  const whole = dst + (<usize>(count & ~3) << 2);
  const v = f32x4.splat(factor);
  for (; dst < whole; dst += 16, src += 16) {
    v128.store(dst, f32x4.add(v128.load(dst), f32x4.mul(v, v128.load(src))));
  }
  for (; dst < end; dst += 4, src += 4) store<f32>(dst, load<f32>(dst) + factor * load<f32>(src));
}

/** ptr[i] within -limit ... limit; NaN stays. */
export function clampAll(ptr: usize, count: i32, limit: f32): void {
  const end = ptr + (<usize>count << 2);
  const whole = ptr + (<usize>(count & ~3) << 2);
  const high = f32x4.splat(limit);
  const low = f32x4.splat(-limit);
  for (; ptr < whole; ptr += 16) {
    v128.store(ptr, f32x4.pmax(f32x4.pmin(v128.load(ptr), high), low));
  }
  for (; ptr < end; ptr += 4) {
    const x = load<f32>(ptr);
    store<f32>(ptr, x > limit ? limit : x < -limit ? -limit : x);
  }
}
