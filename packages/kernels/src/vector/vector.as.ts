/** ptr[i] *= factor */
export function scale(ptr: usize, count: i32, factor: f32): void {
  const end = ptr + (<usize>count << 2);
  const whole = ptr + (<usize>(count & ~3) << 2);
  const v = f32x4.splat(factor);
  for (; ptr < whole; ptr += 16) v128.store(ptr, f32x4.mul(v128.load(ptr), v));
  for (; ptr < end; ptr += 4) store<f32>(ptr, load<f32>(ptr) * factor);
}

/** dst += src */
export function add(dst: usize, src: usize, count: i32): void {
  const end = dst + (<usize>count << 2);
  const whole = dst + (<usize>(count & ~3) << 2);
  for (; dst < whole; dst += 16, src += 16) {
    v128.store(dst, f32x4.add(v128.load(dst), v128.load(src)));
  }
  for (; dst < end; dst += 4, src += 4) store<f32>(dst, load<f32>(dst) + load<f32>(src));
}
