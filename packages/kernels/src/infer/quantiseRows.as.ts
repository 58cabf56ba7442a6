// Activations become integers right before an int8 matrix meets them: a scale for each row, from its largest
// value, so that neither a state outside [-1, 1] nor a raw feature needs calibration. Or, where a graph says so, the
// levels of a range that was calibrated: no row is searched then, and what lies beyond is cut off.

import { HIGHEST, INT8_7, INT8_14, INT8_16, LOWEST, offsetOf, paddedDepth } from './matrix.as';

/** 1.5 * 2^23: adding it leaves the nearest integer in the low bits of a float. */
const ROUND_BITS: i32 = 0x4b400000;
/** Loaded: V8 builds a splat of a constant anew at every use. That number, all bits but a float's sign, and two ones. */
const table = memory.data<i32>([0x4b400000, 0x7fffffff, 0x00010001]);

/** Where a row of INT8_16 has what its sums begin with, -128 times the sum of its values: see matrix.as.ts. */
export const ROW_START: usize = 4;

/** Bytes of one quantised row: its scale and ROW_START in the first 16, then 16 bits a value, or 8 of which 7 are used. */
// @ts-ignore: decorator
@inline
export function rowBytes(kind: i32, K: i32): i32 {
  return 16 + ((paddedDepth(kind, K) * (kind >= INT8_7 ? 1 : 2) + 15) & ~15);
}

/**
 * Quantises M rows of K floats to `out`, rowBytes(kind, K) each, in [-levels, levels].
 * @param range see RANGE of matrix.as.ts
 */
export function quantiseRows(
  kind: i32, a: usize, aStride: usize, M: i32, K: i32, levels: f32, range: usize, out: usize,
): void {
  if (load<f32>(range) > 0) rows<i8>(kind, a, aStride, M, K, levels, range, out);
  else rows<i16>(kind, a, aStride, M, K, levels, range, out);
}

/**
 * @typeparam R i8: in the range; i16: each row in its own
 * INT8_16: int16. INT8_14: value + 8192 in 14 bits, the high 7 of the whole row first and the low 7 after them.
 * INT8_7: value + 64. Bytes are below 128: the second operand of a relaxed dot must be (engine-defined beyond).
 */
function rows<R>(
  kind: i32, a: usize, aStride: usize, M: i32, K: i32, levels: f32, range: usize, out: usize,
): void {
  const ranged = sizeof<R>() == 1;
  const low = v128.load_splat<f32>(range, LOWEST);
  const high = v128.load_splat<f32>(range, HIGHEST);
  const scale = load<f32>(range);
  const size = <usize>rowBytes(kind, K);
  const depth = <usize>paddedDepth(kind, K);
  const base = i32x4.splat(ROUND_BITS - offsetOf(kind));
  const round = v128.load_splat<i32>(table);
  const ones = v128.load_splat<i32>(table, 8);
  for (let m = 0; m < M; m++) {
    let inverse: f32;
    if (ranged) {
      inverse = 1 / scale;
      store<f32>(out, scale);
    } else {
      const largest = largestOf(a, K);
      // A row of (nearly) zeros, and one that holds NaN, must not divide: the one is zero, NaN returns by the scale.
      inverse = largest > 1e-30 ? levels / largest : 0;
      store<f32>(out, largest / levels);
    }
    const to = out + 16;
    const by = f32x4.splat(inverse);
    let k = 0;
    let total = i32x4.splat(0);
    if (ASC_FEATURE_RELAXED_SIMD && kind >= INT8_7) {
      for (; k + 16 <= K; k += 16) {
        const from = a + (<usize>k << 2);
        const first = i16x8.narrow_i32x4_s(
          level<R>(v128.load(from), by, round, base, low, high),
          level<R>(v128.load(from, 16), by, round, base, low, high),
        );
        const second = i16x8.narrow_i32x4_s(
          level<R>(v128.load(from, 32), by, round, base, low, high),
          level<R>(v128.load(from, 48), by, round, base, low, high),
        );
        v128.store(to + k, i8x16.narrow_i16x8_u(first, second));
      }
    } else {
      for (; k + 8 <= K; k += 8) {
        const from = a + (<usize>k << 2);
        const v = level<R>(v128.load(from), by, round, base, low, high);
        const w = level<R>(v128.load(from, 16), by, round, base, low, high);
        if (ASC_FEATURE_RELAXED_SIMD && kind == INT8_14) putEight(to, <usize>k, depth, v, w);
        else {
          const words = i16x8.narrow_i32x4_s(v, w);
          total = i32x4.add(total, i32x4.dot_i16x8_s(words, ones));
          v128.store(to + (k << 1), words);
        }
      }
    }
    for (; k < K; k += 4) {
      const four = loadFour(a + (<usize>k << 2), K - k);
      const v = level<R>(four, by, round, base, low, high);
      if (kind == INT8_16) {
        const words = i16x8.narrow_i32x4_s(v, i32x4.splat(0));
        total = i32x4.add(total, i32x4.dot_i16x8_s(words, ones));
        v128.store_lane<i64>(to + (<usize>k << 1), words, 0);
      } else putFour(kind, to, <usize>k, depth, v);
    }
    if (kind == INT8_16) store<i32>(out, -128 * laneSum(total), ROW_START);
    a += aStride;
    out += size;
  }
}

// @ts-ignore: decorator
@inline
function laneSum(v: v128): i32 {
  v = i32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  v = i32x4.add(v, v128.shuffle<i32>(v, v, 1, 0, 3, 2));
  return i32x4.extract_lane(v, 0);
}

/** Compared as bits: of floats without sign that is the same order, with NaN above all, and one instruction. */
function largestOf(a: usize, K: i32): f32 {
  const bits = v128.load_splat<i32>(table, 4);
  let v = i32x4.splat(0);
  let w = v;
  let k = 0;
  for (; k + 8 <= K; k += 8) {
    v = i32x4.max_s(v, v128.and(bits, v128.load(a)));
    w = i32x4.max_s(w, v128.and(bits, v128.load(a, 16)));
    a += 32;
  }
  for (; k < K; k++) {
    v = i32x4.max_s(v, v128.and(bits, v128.load_splat<i32>(a)));
    a += 4;
  }
  v = i32x4.max_s(v, w);
  v = i32x4.max_s(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  v = i32x4.max_s(v, v128.shuffle<i32>(v, v, 1, 0, 3, 2));
  return f32x4.extract_lane(v, 0);
}

function loadFour(a: usize, left: i32): v128 {
  if (left >= 4) return v128.load(a);
  let v = v128.load_zero<f32>(a);
  if (left > 1) v = f32x4.replace_lane(v, 1, load<f32>(a, 4));
  if (left > 2) v = f32x4.replace_lane(v, 2, load<f32>(a, 8));
  return v;
}

/** Four levels as 32-bit integers. In a range NaN is its lowest, for integers have none, as onnxruntime has it. */
// @ts-ignore: decorator
@inline
function level<R>(v: v128, inverse: v128, round: v128, base: v128, low: v128, high: v128): v128 {
  let x = f32x4.mul(v, inverse);
  if (sizeof<R>() == 1) x = f32x4.pmin(high, f32x4.pmax(low, x));
  return i32x4.sub(f32x4.add(x, round), base);
}

// @ts-ignore: decorator
@inline
function putEight(to: usize, k: usize, depth: usize, v: v128, w: v128): void {
  const high = i16x8.narrow_i32x4_s(i32x4.shr_u(v, 7), i32x4.shr_u(w, 7));
  const low = v128.and(i16x8.narrow_i32x4_s(v, w), i16x8.splat(127));
  const bytes = i8x16.narrow_i16x8_u(high, low);
  store<i64>(to + k, i64x2.extract_lane(bytes, 0));
  store<i64>(to + depth + k, i64x2.extract_lane(bytes, 1));
}

function putFour(kind: i32, to: usize, k: usize, depth: usize, v: v128): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return;
  const words = i16x8.narrow_i32x4_s(v, v);
  if (kind == INT8_14) {
    const high = i16x8.narrow_i32x4_s(i32x4.shr_u(v, 7), v);
    const bytes = i8x16.narrow_i16x8_u(high, v128.and(words, i16x8.splat(127)));
    store<i32>(to + k, i32x4.extract_lane(bytes, 0));
    store<i32>(to + depth + k, i32x4.extract_lane(bytes, 2));
  } else {
    store<i32>(to + k, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
  }
}
