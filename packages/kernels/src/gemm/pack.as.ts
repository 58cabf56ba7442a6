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
  const row = <usize>rowStride << 2;
  const column = <usize>columnStride << 2;
  let k = 0;
  if (rows == 4 && rowStride == 1) {
    for (; k < K; k++, panel += 16, src += column) v128.store(panel, v128.load(src));
    return;
  }
  if (rows == 4 && columnStride == 1) {
    for (; k + 4 <= K; k += 4, panel += 64, src += 16) turnAround(panel, src, row);
  }
  for (; k < K; k++, panel += 16, src += column) {
    let from = src;
    for (let i = 0; i < 4; i++, from += row) store<f32>(panel + (<usize>i << 2), i < rows ? load<f32>(from) : 0);
  }
}

/** The transpose of four rows of four floats, `row` bytes apart. */
// @ts-ignore: decorator
@inline
function turnAround(to: usize, from: usize, row: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + row);
  const c = v128.load(from + 2 * row);
  const d = v128.load(from + 3 * row);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
  v128.store(to, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7), 48);
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
