// A constant matrix as the kernels read it: packed once at load, described by ten words in memory.
//
// Columns (outputs) stand in groups of 32, the last one of 8, 16 or 24, so that one row of activations meets
// eight vectors of weights for every value it loads, through a single pointer. Inside a group the order is
//   float32:  [k][column]
//   int8:     [k / depth][column][depth]   depth neighbours of k that one dot instruction sums
// Rows and columns that do not exist are zeros.

export const KIND: usize = 0;
export const INPUTS: usize = 4; // K
export const OUTPUTS: usize = 8; // N
export const PANELS: usize = 12; // -> packed weights
export const SCALES: usize = 16; // -> f32[N rounded up to 8], int8 only
export const OFFSETS: usize = 20; // -> i32[N rounded up to 32]: what a sum must begin with, int8 only
export const LEVELS: usize = 24; // f32: activation levels on each side of zero, int8 only
// Int8 only: what activations are rounded to where that is settled before they come.
export const RANGE: usize = 28; // f32: from one level to the next, or 0: each row has a scale of its own
export const LOWEST: usize = 4; // from RANGE on: f32, the first level
export const HIGHEST: usize = 8; // and the last

// Kinds of matrices: how their products are made. INT8_16 is exact and in both binaries, the others of int8 stand on
// relaxed dots, whose second operand has 7 bits: two such halves, or activations of 7 bits to begin with.
// @ts-ignore: decorator
@inline
export const FLOAT32: i32 = 0;
// @ts-ignore: decorator
@inline
export const INT8_16: i32 = 1;
// @ts-ignore: decorator
@inline
export const INT8_14: i32 = 2;
// @ts-ignore: decorator
@inline
export const INT8_7: i32 = 3;
/** INT8_7 where a dot product of bytes is one instruction. */
// @ts-ignore: decorator
@inline
export const INT8_7_FAST: i32 = 4;

/** Weights that one dot instruction multiplies and sums in a lane. */
// @ts-ignore: decorator
@inline
function depthOf(kind: i32): i32 {
  return kind == FLOAT32 ? 1 : kind == INT8_16 ? 2 : 4;
}

/** Relaxed dots take activations without sign: what is added to each, and taken out of the sums again. */
// @ts-ignore: decorator
@inline
export function offsetOf(kind: i32): i32 {
  return kind == INT8_14 ? 8192 : kind >= INT8_7 ? 64 : 0;
}

// @ts-ignore: decorator
@inline
export function paddedDepth(kind: i32, K: i32): i32 {
  const depth = depthOf(kind);
  return (K + depth - 1) & ~(depth - 1);
}

/** Kernels of 7 bits take whole groups only, those of 14 bits halves of them. */
// @ts-ignore: decorator
@inline
export function paddedColumns(kind: i32, N: i32): i32 {
  const most = kind >= INT8_7 ? 31 : kind == INT8_14 ? 15 : 7;
  return (N + most) & ~most;
}

/** For the caller's allocation: bytes of the packed weights. */
export function packedBytes(kind: i32, N: i32, K: i32): i32 {
  return paddedColumns(kind, N) * paddedDepth(kind, K) * (kind == FLOAT32 ? 4 : 1);
}

/**
 * Packs a matrix whose descriptor is filled in, for int8 with the most LEVELS that there may be; memory at PANELS and
 * OFFSETS must be zero. Column n = gate * padded + j holds source row gate * rows + j while j < rows: gates are
 * padded to whole vectors, a matrix without gates has padded = rows = N.
 * Strides are in elements, from one output and from one input to the next.
 */
export function packMatrix(
  matrix: usize,
  src: usize,
  outputStride: i32,
  inputStride: i32,
  rows: i32,
  padded: i32,
): void {
  const K = load<i32>(matrix, INPUTS);
  const N = load<i32>(matrix, OUTPUTS);
  const kind = load<i32>(matrix, KIND);
  const columns = paddedColumns(kind, N);
  const panels = load<usize>(matrix, PANELS);
  const float = kind == FLOAT32;
  const depth = depthOf(kind);
  const groupBytes = packedBytes(kind, 32, K);
  let largest: i64 = 1;
  for (let n = 0; n < N; n++) {
    const gate = n / padded;
    const j = n - gate * padded;
    if (j >= rows) continue;
    let from = <usize>((gate * rows + j) * outputStride);
    const group = n >> 5;
    const width = min(32, columns - (group << 5));
    const to = panels + <usize>(group * groupBytes);
    // Counted along: two divisions for each weight were most of what loading a model took.
    let at = <usize>((n & 31) * depth);
    let lane = 0;
    const toNextDepth = <usize>((width - 1) * depth);
    let sum = 0;
    let size: i64 = 0;
    let k = 0;
    if (!float && inputStride == 1) {
      // Sixteen at a time: a model is packed once, by code that nothing has optimised yet.
      let sums = i32x4.splat(0);
      let sizes = i32x4.splat(0);
      for (; k + 16 <= K; k += 16) {
        const weights = v128.load(src + from);
        const positive = i8x16.abs(weights);
        sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(weights)));
        sizes = i32x4.add(sizes, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(positive)));
        for (let end = from + 16; from < end; from += depth) {
          if (depth == 4) store<i32>(to + at, load<i32>(src + from));
          else store<i16>(to + at, load<i16>(src + from));
          at += depth + toNextDepth;
        }
      }
      sum = laneSum(sums);
      size = <i64>laneSum(sizes);
    }
    for (; k < K; k++) {
      if (float) {
        store<f32>(to + (at << 2), load<f32>(src + (from << 2)));
      } else {
        const weight = <i32>load<i8>(src + from);
        store<i8>(to + at, <i8>weight);
        sum += weight;
        size += <i64>abs(weight);
      }
      from += <usize>inputStride;
      at++;
      if (++lane == depth) {
        lane = 0;
        at += toNextDepth;
      }
    }
    if (!float) store<i32>(load<usize>(matrix, OFFSETS) + (<usize>n << 2), -sum * offsetOf(kind));
    if (size > largest) largest = size;
  }
  // The sum of a column is below size * level: with this bound it fits 32 bits whatever the activations are.
  store<f32>(matrix, min(load<f32>(matrix, LEVELS), <f32>(<i64>i32.MAX_VALUE / largest)), LEVELS);
}

function laneSum(v: v128): i32 {
  const first = i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1);
  return first + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
