// Dropout whose mask is a function of (key of the lane, row): nothing is stored for the way back, and a sample loses
// the same units however the batch is cut into shards.

/**
 * out = x * mask, or out += x * mask in float64, rounded once. mask is `factor` or 0.
 *
 * x, out [rows][lanes], which may be the same; keys [lanes] one random word a lane. Two rows share a hash of it, 16
 * bits each: below `threshold` the element is dropped.
 */
export function dropout(
  x: usize,
  out: usize,
  keys: usize,
  rows: i32,
  lanes: i32,
  threshold: i32,
  factor: f32,
  accumulate: bool,
): void {
  const row = <usize>lanes << 2;
  const whole = row & ~15;
  const low = i32x4.splat(0xffff);
  const limit = i32x4.splat(threshold);
  const factors = f32x4.splat(factor);
  for (let r = 0; r < rows; r += 2) {
    const place = (r + 1) * 0x9e3779b9;
    const places = i32x4.splat(place);
    const both = r + 1 < rows;
    let at: usize = 0;
    for (; at < whole; at += 16) {
      let hash = v128.xor(v128.load(keys + at), places);
      hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 16)), i32x4.splat(0x85ebca6b));
      hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 13)), i32x4.splat(0xc2b2ae35));
      hash = v128.xor(hash, i32x4.shr_u(hash, 16));
      const upper = i32x4.ge_s(v128.and(hash, low), limit);
      put4(x + at, out + at, v128.and(factors, upper), accumulate);
      if (!both) continue;
      const lower = i32x4.ge_s(i32x4.shr_u(hash, 16), limit);
      put4(x + row + at, out + row + at, v128.and(factors, lower), accumulate);
    }
    // Columns of a matrix of weights may be of any number.
    for (; at < row; at += 4) {
      let hash = load<u32>(keys + at) ^ <u32>place;
      hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
      hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
      hash ^= hash >> 16;
      put1(x + at, out + at, <i32>(hash & 0xffff) < threshold ? 0 : factor, accumulate);
      if (both) put1(x + row + at, out + row + at, <i32>(hash >> 16) < threshold ? 0 : factor, accumulate);
    }
    x += row << 1;
    out += row << 1;
  }
}

// @ts-ignore: decorator
@inline
function put4(x: usize, out: usize, mask: v128, accumulate: bool): void {
  const v = v128.load(x);
  if (!accumulate) {
    v128.store(out, f32x4.mul(v, mask));
    return;
  }
  const old = v128.load(out);
  const low = f32x4.demote_f64x2_zero(sums(old, v, mask));
  const high = f32x4.demote_f64x2_zero(sums(upper(old), upper(v), upper(mask)));
  v128.store(out, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
}

/** a + x * f of the lower two, in float64. */
// @ts-ignore: decorator
@inline
function sums(a: v128, x: v128, f: v128): v128 {
  const product = f64x2.mul(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(f));
  return f64x2.add(f64x2.promote_low_f32x4(a), product);
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 2, 3, 2, 3);
}

// @ts-ignore: decorator
@inline
function put1(x: usize, out: usize, mask: f32, accumulate: bool): void {
  const product = <f64>load<f32>(x) * <f64>mask;
  store<f32>(out, <f32>(accumulate ? <f64>load<f32>(out) + product : product));
}
