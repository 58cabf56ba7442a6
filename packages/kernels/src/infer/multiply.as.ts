import {
  FLOAT32, INPUTS, INT8_7, INT8_14, KIND, LEVELS, OFFSETS, OUTPUTS, paddedDepth, PANELS, RANGE, SCALES,
} from './matrix.as';
import { multiplyFloat } from './multiplyFloat.as';
import { multiplyInt8 } from './multiplyInt8.as';
import { multiplySeven } from './multiplySeven.as';
import { multiplyTwice } from './multiplyTwice.as';
import { quantiseRows, rowBytes } from './quantiseRows.as';

/** For the caller's allocation: bytes of scratch that each row of activations needs. */
export function scratchBytes(kind: i32, K: i32): i32 {
  return kind == FLOAT32 ? 0 : rowBytes(kind, K);
}

/**
 * c = a x matrix + bias: a [M, K] and c [M, N] float32, strides in bytes, bias 0 or f32[N rounded up to 8].
 * Whatever the weights are, activations come and go as float32.
 */
export function multiply(
  matrix: usize, a: usize, aStride: usize, M: i32, c: usize, cStride: usize, bias: usize, scratch: usize,
): void {
  const K = load<i32>(matrix, INPUTS);
  const N = load<i32>(matrix, OUTPUTS);
  const panels = load<usize>(matrix, PANELS);
  const kind = load<i32>(matrix, KIND);
  if (kind == FLOAT32) {
    multiplyFloat(panels, N, K, a, aStride, M, c, cStride, bias);
    return;
  }
  quantiseRows(kind, a, aStride, M, K, load<f32>(matrix, LEVELS), matrix + RANGE, scratch);
  const row = <usize>rowBytes(kind, K);
  const depth = paddedDepth(kind, K);
  const scales = load<usize>(matrix, SCALES);
  const offsets = load<usize>(matrix, OFFSETS);
  if (ASC_FEATURE_RELAXED_SIMD && kind >= INT8_7) {
    multiplySeven(kind, panels, scales, offsets, N, depth, scratch, row, M, c, cStride, bias);
  } else if (ASC_FEATURE_RELAXED_SIMD && kind == INT8_14) {
    multiplyTwice(panels, scales, offsets, N, depth, scratch, row, M, c, cStride, bias);
  } else {
    multiplyInt8(panels, scales, N, depth, scratch, row, M, c, cStride, bias);
  }
}
