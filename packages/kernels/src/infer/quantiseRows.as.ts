// Activations become integers right before an int8 matrix meets them: a scale for each row, from its largest
// value, so that neither a state outside [-1, 1] nor a raw feature needs calibration.

import { MAX_LEVEL, paddedDepth } from './matrix.as';

/** 1.5 * 2^23: adding it leaves the nearest integer in the low bits of a float. */
const ROUND: f32 = 12582912;
const ROUND_BITS: i32 = 0x4b400000;

/** Bytes of one quantised row: its scale in the first 16, then 16 bits a value. */
// @ts-ignore: decorator
@inline
export function rowBytes(K: i32): i32 {
  return 16 + ((paddedDepth(K) * 2 + 15) & ~15);
}

/**
 * Quantises M rows of K floats to `out`, rowBytes(K) each.
 * Plain: int16 in [-levels, levels]. Relaxed: value + MAX_LEVEL + 1 in 14 bits, the high 7 of the whole row
 * first and the low 7 after them, both unsigned and below 128: the second operand of a relaxed dot must be
 * (engine-defined beyond). The offset is taken out again by the columns' sums.
 */
export function quantiseRows(a: usize, aStride: usize, M: i32, K: i32, levels: f32, out: usize): void {
  const size = <usize>rowBytes(K);
  const depth = <usize>paddedDepth(K);
  for (let m = 0; m < M; m++) {
    const largest = largestOf(a, K);
    // A row of (nearly) zeros, and one that holds NaN, must not divide: the one is zero, NaN returns by the scale.
    const inverse: f32 = largest > 1e-30 ? levels / largest : 0;
    store<f32>(out, largest / levels);
    const to = out + 16;
    let k = 0;
    for (; k + 4 <= K; k += 4) put(to, <usize>k, depth, v128.load(a + (<usize>k << 2)), inverse);
    if (k < K) {
      const left = K - k;
      let v = v128.load_zero<f32>(a + (<usize>k << 2));
      if (left > 1) v = f32x4.replace_lane(v, 1, load<f32>(a + (<usize>k << 2), 4));
      if (left > 2) v = f32x4.replace_lane(v, 2, load<f32>(a + (<usize>k << 2), 8));
      put(to, <usize>k, depth, v, inverse);
    }
    a += aStride;
    out += size;
  }
}

function largestOf(a: usize, K: i32): f32 {
  let v = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= K; k += 4) v = f32x4.max(v, f32x4.abs(v128.load(a + (<usize>k << 2))));
  for (; k < K; k++) v = f32x4.max(v, f32x4.abs(v128.load_splat<f32>(a + (<usize>k << 2))));
  v = f32x4.max(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1));
}

// @ts-ignore: decorator
@inline
function put(to: usize, k: usize, depth: usize, v: v128, inverse: f32): void {
  const shifted = f32x4.add(f32x4.mul(v, f32x4.splat(inverse)), f32x4.splat(ROUND));
  const zero = i32x4.splat(0);
  if (ASC_FEATURE_RELAXED_SIMD) {
    const q = i32x4.sub(shifted, i32x4.splat(ROUND_BITS - MAX_LEVEL - 1));
    const high = i16x8.narrow_i32x4_s(i32x4.shr_u(q, 7), zero);
    const low = i16x8.narrow_i32x4_s(v128.and(q, i32x4.splat(127)), zero);
    store<i32>(to + k, i32x4.extract_lane(i8x16.narrow_i16x8_u(high, zero), 0));
    store<i32>(to + depth + k, i32x4.extract_lane(i8x16.narrow_i16x8_u(low, zero), 0));
  } else {
    const q = i16x8.narrow_i32x4_s(i32x4.sub(shifted, i32x4.splat(ROUND_BITS)), zero);
    store<i64>(to + (k << 1), i64x2.extract_lane(q, 0));
  }
}
