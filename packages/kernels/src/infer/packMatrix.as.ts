// Weights, from rows as a file has them into the panels of matrix.as.ts. A model is packed once, by code that nothing has
// optimised yet: what counts is how few instructions there are.

import {
  FLOAT32, INPUTS, INT8_16, KIND, LEVELS, OFFSETS, offsetOf, OUTPUTS, packedBytes, paddedColumns, PANELS,
} from './matrix.as';

/** Above, the sizes of a row's weights may add up to more than 32 bits hold. */
const MOST_IN_FOURS: i32 = 1 << 24;

/**
 * Packs a matrix whose descriptor is filled in, for int8 with the most LEVELS that there may be; memory at PANELS and
 * OFFSETS must be zero. Column n = gate * padded + j holds source row gate * rows + j while j < rows: gates are
 * padded to whole vectors, a matrix without gates has padded = rows = N.
 * Strides are in elements, from one output and from one input to the next. Up to 15 bytes behind the source are read.
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
  const offsets = load<usize>(matrix, OFFSETS);
  const float = kind == FLOAT32;
  const apart = kind == INT8_16;
  const offset = offsetOf(kind);
  const groupBytes = packedBytes(kind, 32, K);
  const inFours = inputStride == 1 && K <= MOST_IN_FOURS;
  let largest: i64 = 1;
  let n = 0;
  while (n < N) {
    const gate = n / padded;
    const j = n - gate * padded;
    if (j >= rows) {
      n++;
      continue;
    }
    const from = <usize>((gate * rows + j) * outputStride);
    const group = n >> 5;
    const width = min(32, columns - (group << 5));
    // A column is four bytes wide, in whichever type.
    const to = panels + <usize>(group * groupBytes) + (<usize>(n & 31) << 2);
    if (float) {
      packFloats(src + (from << 2), inputStride, K, to, width);
      n++;
      continue;
    }
    const sumAt = offsets + (<usize>n << 2);
    let size: i64;
    if (inFours && j + 4 <= rows) {
      size = packFour(src + from, outputStride, K, to, width, apart, sumAt, offset);
      n += 4;
    } else {
      size = packOne(src + from, inputStride, K, to, width, apart, sumAt, offset);
      n++;
    }
    if (size > largest) largest = size;
  }
  // The sum of a column is below size * level: with this bound it fits 32 bits whatever the activations are.
  store<f32>(matrix, min(load<f32>(matrix, LEVELS), <f32>(<i64>i32.MAX_VALUE / largest)), LEVELS);
}

/** [k][column] */
function packFloats(src: usize, inputStride: i32, K: i32, to: usize, width: i32): void {
  for (let k = 0; k < K; k++) {
    store<f32>(to, load<f32>(src));
    src += <usize>inputStride << 2;
    to += <usize>width << 2;
  }
}

/**
 * One column of bytes.
 * @param apart in the order of INT8_16, and without sign
 * @param sumAt gets the sum of its weights, times -offset
 * @returns the sum of their sizes
 */
function packOne(
  src: usize, inputStride: i32, K: i32, to: usize, width: i32, apart: boolean, sumAt: usize, offset: i32,
): i64 {
  const step = <usize>width << 2;
  let sum = 0;
  let size: i64 = 0;
  for (let k = 0; k < K; k++) {
    const weight = <i32>load<i8>(src);
    const lane = k & 3;
    const at = to + <usize>(k >> 2) * step;
    if (apart) store<u8>(at + <usize>(lane == 1 ? 2 : lane == 2 ? 1 : lane), <u8>(weight + 128));
    else store<i8>(at + <usize>lane, <i8>weight);
    sum += weight;
    size += <i64>abs(weight);
    src += <usize>inputStride;
  }
  store<i32>(sumAt, -sum * offset);
  return size;
}

const places = memory.data<i8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

/**
 * Four neighbouring columns, sixteen bytes of each at a time: their rows are transposed, four bytes as one.
 * @param stride bytes from one row to the next
 * @param apart as in `packOne`
 * @param sumAt gets the sum of each column's weights, times -offset
 * @returns the largest sum of a column's sizes
 */
function packFour(
  src: usize, stride: i32, K: i32, to: usize, width: i32, apart: boolean, sumAt: usize, offset: i32,
): i64 {
  const row = <usize>stride;
  const step = <usize>width << 2;
  let sums = i32x4.splat(0);
  let sizes = sums;
  for (let left = K; left > 0; left -= 16) {
    let a = v128.load(src);
    let b = v128.load(src + row);
    let c = v128.load(src + 2 * row);
    let d = v128.load(src + 3 * row);
    if (left < 16) {
      const mask = i8x16.lt_s(v128.load(places), i8x16.splat(<i8>left));
      a = v128.and(a, mask);
      b = v128.and(b, mask);
      c = v128.and(c, mask);
      d = v128.and(d, mask);
    }
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    const q0 = v128.shuffle<i64>(ab, cd, 0, 2);
    const q1 = v128.shuffle<i64>(ab, cd, 1, 3);
    const q2 = v128.shuffle<i64>(abHigh, cdHigh, 0, 2);
    const q3 = v128.shuffle<i64>(abHigh, cdHigh, 1, 3);
    put(to, q0, apart);
    if (left > 4) put(to + step, q1, apart);
    if (left > 8) put(to + 2 * step, q2, apart);
    if (left > 12) put(to + 3 * step, q3, apart);
    const pairs = i16x8.add(
      i16x8.add(i16x8.extadd_pairwise_i8x16_s(q0), i16x8.extadd_pairwise_i8x16_s(q1)),
      i16x8.add(i16x8.extadd_pairwise_i8x16_s(q2), i16x8.extadd_pairwise_i8x16_s(q3)),
    );
    const sizesOfPairs = i16x8.add(
      i16x8.add(sizePairs(q0), sizePairs(q1)),
      i16x8.add(sizePairs(q2), sizePairs(q3)),
    );
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(pairs));
    sizes = i32x4.add(sizes, i32x4.extadd_pairwise_i16x8_u(sizesOfPairs));
    src += 16;
    to += 4 * step;
  }
  v128.store(sumAt, i32x4.mul(sums, i32x4.splat(-offset)));
  sizes = i32x4.max_u(sizes, v128.shuffle<i32>(sizes, sizes, 2, 3, 0, 1));
  sizes = i32x4.max_u(sizes, v128.shuffle<i32>(sizes, sizes, 1, 0, 3, 2));
  return <i64>(<u32>i32x4.extract_lane(sizes, 0));
}

// @ts-ignore: decorator
@inline
function sizePairs(q: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(i8x16.abs(q));
}

/** Four bytes of each of four columns. */
// @ts-ignore: decorator
@inline
function put(to: usize, q: v128, apart: boolean): void {
  if (apart) {
    const bytes = i8x16.shuffle(q, q, 0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
    v128.store(to, v128.xor(bytes, i8x16.splat(-128)));
  } else {
    v128.store(to, q);
  }
}
