// Weights are read four rows at a time. A panel holds four rows interleaved, `[k][4]`, so that the inner loop
// reads one line of memory after the other; rows that do not exist are zeros.

/**
 * panel[k][i] = src[i * rowStride + k * columnStride] for i < rows, 0 above.
 * Strides are in floats: (K, 1) packs rows of a row-major matrix, (1, ld) packs columns, that is, its transpose.
 */
export function packPanel(
  panel: usize,
  src: usize,
  K: i32,
  rowStride: i32,
  columnStride: i32,
  rows: i32,
): void {
  for (let i = 0; i < 4; i++) {
    let to = panel + (<usize>i << 2);
    if (i >= rows) {
      for (let k = 0; k < K; k++, to += 16) store<f32>(to, 0);
      continue;
    }
    let from = src + (<usize>(i * rowStride) << 2);
    const step = <usize>columnStride << 2;
    for (let k = 0; k < K; k++, to += 16, from += step) store<f32>(to, load<f32>(from));
  }
}

/** All rows of w [M, K] as ceil(M/4) panels. */
export function packRows(panels: usize, w: usize, M: i32, K: i32): void {
  for (let m = 0; m < M; m += 4) {
    packPanel(panels, w + (<usize>(m * K) << 2), K, K, 1, min(4, M - m));
    panels += <usize>K << 4;
  }
}

/** The rows of the transpose of w [M, K], that is, its K columns, as ceil(K/4) panels of [M][4]. */
export function packColumns(panels: usize, w: usize, M: i32, K: i32): void {
  for (let k = 0; k < K; k += 4) {
    packPanel(panels, w + (<usize>k << 2), M, 1, K, min(4, K - k));
    panels += <usize>M << 4;
  }
}
