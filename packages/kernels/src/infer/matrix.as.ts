// A constant matrix as the kernels read it: packed once at load, described by seven words in memory.
//
// Columns (outputs) stand in groups of 32, the last one of 8, 16 or 24, so that one row of activations meets
// eight vectors of weights for every value it loads, through a single pointer. Inside a group the order is
//   float32: [k][column]
//   int8:    [k / DEPTH][column][DEPTH]   DEPTH neighbours of k that one dot instruction sums
// Rows and columns that do not exist are zeros.

export const KIND: usize = 0; // 0 float32, 1 int8
export const INPUTS: usize = 4; // K
export const OUTPUTS: usize = 8; // N
export const PANELS: usize = 12; // -> packed weights
export const SCALES: usize = 16; // -> f32[N rounded up to 8], int8 only
export const SUMS: usize = 20; // -> i32[N rounded up to 8], sum of each column's weights, int8 only
export const LEVELS: usize = 24; // f32: largest activation level that cannot overflow, int8 only

/** Weights that one dot instruction multiplies and sums in a lane. */
// @ts-ignore: decorator
@inline
export const DEPTH: i32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 2;

/** Activation levels on each side of zero: 16 bits, or 14 bits in two halves of 7 for relaxed dots. */
// @ts-ignore: decorator
@inline
export const MAX_LEVEL: i32 = ASC_FEATURE_RELAXED_SIMD ? 8191 : 32767;

// @ts-ignore: decorator
@inline
export function paddedDepth(K: i32): i32 {
  return (K + DEPTH - 1) & ~(DEPTH - 1);
}

/** For the caller's allocation: bytes of the packed weights. */
export function packedBytes(kind: i32, N: i32, K: i32): i32 {
  const columns = (N + 7) & ~7;
  return kind == 0 ? columns * K * 4 : columns * paddedDepth(K);
}

/**
 * Packs a matrix whose descriptor has KIND, INPUTS, OUTPUTS, PANELS and, for int8, SUMS filled in; memory at
 * PANELS must be zero. Column n = gate * padded + j holds source row gate * rows + j while j < rows: gates are
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
  const columns = (N + 7) & ~7;
  const panels = load<usize>(matrix, PANELS);
  const float = load<i32>(matrix, KIND) == 0;
  const depth = float ? 1 : DEPTH;
  const groupBytes = packedBytes(float ? 0 : 1, 32, K);
  let largest: i64 = 1;
  for (let n = 0; n < N; n++) {
    const gate = n / padded;
    const j = n - gate * padded;
    if (j >= rows) continue;
    let from = <usize>((gate * rows + j) * outputStride);
    const group = n >> 5;
    const width = min(32, columns - (group << 5));
    const column = n & 31;
    const to = panels + <usize>(group * groupBytes);
    let sum = 0;
    let size: i64 = 0;
    for (let k = 0; k < K; k++) {
      const at = <usize>(((k / depth) * width + column) * depth + (k % depth));
      if (float) {
        store<f32>(to + (at << 2), load<f32>(src + (from << 2)));
      } else {
        const weight = <i32>load<i8>(src + from);
        store<i8>(to + at, <i8>weight);
        sum += weight;
        size += <i64>abs(weight);
      }
      from += <usize>inputStride;
    }
    if (!float) store<i32>(load<usize>(matrix, SUMS) + (<usize>n << 2), sum);
    if (size > largest) largest = size;
  }
  // The sum of a column is below size * level: with this bound it fits 32 bits whatever the activations are.
  store<f32>(matrix, <f32>min(<i64>MAX_LEVEL, <i64>i32.MAX_VALUE / largest), LEVELS);
}
