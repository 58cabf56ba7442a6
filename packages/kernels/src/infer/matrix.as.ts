// A constant matrix as the kernels read it: packed once at load, described by ten words in memory.
//
// Columns (outputs) stand in groups of 32, the last one of 8, 16 or 24, so that one row of activations meets
// eight vectors of weights for every value it loads, through a single pointer. Inside a group the order is
//   float32:  [k][column]
//   int8:     [k / 4][column][4]   four neighbours of k
// Rows and columns that do not exist are zeros.
//
// INT8_16 takes the four bytes apart into two pairs of 16 bits, each by one instruction: the low bytes of two neighbours
// are one pair, the high ones the other. So a vector is loaded once where a widening load would fetch half of one. The
// four stand in the order 0 2 1 3 therefore, and without sign, 128 too high: what that adds to a sum is 128 times the
// sum of its row's activations, and the sum begins with as much below zero. What fills up rows meets activations of
// zero, what fills up columns a scale of zero.

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

/** Relaxed dots take activations without sign: what is added to each, and taken out of the sums again. */
// @ts-ignore: decorator
@inline
export function offsetOf(kind: i32): i32 {
  return kind == INT8_14 ? 8192 : kind >= INT8_7 ? 64 : 0;
}

// @ts-ignore: decorator
@inline
export function paddedDepth(kind: i32, K: i32): i32 {
  return kind == FLOAT32 ? K : (K + 3) & ~3;
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
