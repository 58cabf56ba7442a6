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

/**
 * ptr[i] *= factor, each product rounded once. @returns the sum of the squares of the products, in float64: a norm is
 * clipped by it, and over a million floats float32 would lose its last digits.
 */
export function scaleSquares(ptr: usize, count: i32, factor: f64): f64 {
  const end = ptr + (<usize>count << 2);
  const whole = ptr + (<usize>(count & ~3) << 2);
  const by = f64x2.splat(factor);
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  for (; ptr < whole; ptr += 16) {
    const v = v128.load(ptr);
    const low = f64x2.mul(f64x2.promote_low_f32x4(v), by);
    const high = f64x2.mul(f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)), by);
    even = f64x2.add(even, f64x2.mul(low, low));
    odd = f64x2.add(odd, f64x2.mul(high, high));
    const rounded = f32x4.demote_f64x2_zero(low);
    v128.store(ptr, v128.shuffle<f32>(rounded, f32x4.demote_f64x2_zero(high), 0, 1, 4, 5));
  }
  even = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
  for (; ptr < end; ptr += 4) {
    const product = <f64>load<f32>(ptr) * factor;
    store<f32>(ptr, <f32>product);
    sum += product * product;
  }
  return sum;
}
