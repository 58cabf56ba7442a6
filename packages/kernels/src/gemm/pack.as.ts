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

/** The rows of the transpose of w [M, K], that is, its K columns, as ceil(K/4) panels of [M][4]. */
export function packColumns(panels: usize, w: usize, M: i32, K: i32): void {
  for (let k = 0; k < K; k += 4) {
    packPanel(panels, w + (<usize>k << 2), M, 1, K, min(4, K - k));
    panels += <usize>M << 4;
  }
}

/**
 * What `affine` reads: for every four of M rows a panel [1 + I + H][4], the biases bw + br first, then the rows of
 * w [M, I] and of r [M, H]. br may be absent; where H is 0, r is not read.
 */
export function packAffine(
  panels: usize,
  M: i32,
  w: usize,
  I: i32,
  r: usize,
  H: i32,
  bw: usize,
  br: usize,
): void {
  for (let m = 0; m < M; m += 4) {
    const rows = min(4, M - m);
    for (let i = 0; i < 4; i++) {
      const at = <usize>(m + i) << 2;
      let bias: f32 = 0;
      if (i < rows && bw) bias = load<f32>(bw + at);
      if (i < rows && br) bias += load<f32>(br + at);
      store<f32>(panels + (<usize>i << 2), bias);
    }
    panels += 16;
    packPanel(panels, w + (<usize>(m * I) << 2), I, I, 1, rows);
    panels += <usize>I << 4;
    packPanel(panels, r + (<usize>(m * H) << 2), H, H, 1, rows);
    panels += <usize>H << 4;
  }
}
