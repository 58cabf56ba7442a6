// Gradients of weights are dW[m][n] = sum over steps and lanes k of g[m][k] x[n][k]. Both operands lie along k; turned
// around, g into panels [k][4] and x into rows [k][8], the sum is the same product `gemm` makes of everything else.

/**
 * to: for every `width` (4 or 8) of the rows a block [steps][lanes][width] of from[step][row][B], of which the first
 * `lanes`, a multiple of 4, are taken; rows that do not exist are zeros. `step` is the bytes from one step to the next
 * and may be negative. sums[row] += the sum of the row over steps and lanes, the gradient of a bias; absent: 0. It has
 * room for a multiple of 4 rows.
 */
export function packLanes(
  to: usize,
  from: usize,
  step: usize,
  rows: i32,
  B: i32,
  lanes: i32,
  steps: i32,
  width: i32,
  sums: usize,
): void {
  const row = <usize>B << 2;
  const taken = <usize>lanes << 2;
  const stride = <usize>width << 2;
  const block = <usize>(steps * lanes) * stride;
  const padded = (rows + width - 1) & -width;
  for (let n = 0; n < padded; n += 4) {
    // Blocks of 8 rows are written half by half.
    let out = to + <usize>(n / width) * block + (<usize>(n % width) << 2);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const there = rows - n;
    const m0 = i32x4.splat(there > 0 ? -1 : 0);
    const m1 = i32x4.splat(there > 1 ? -1 : 0);
    const m2 = i32x4.splat(there > 2 ? -1 : 0);
    const m3 = i32x4.splat(there > 3 ? -1 : 0);
    let p0 = there > 0 ? from + <usize>n * row : from;
    let p1 = there > 1 ? p0 + row : p0;
    let p2 = there > 2 ? p1 + row : p1;
    let p3 = there > 3 ? p2 + row : p2;
    for (let s = 0; s < steps; s++) {
      for (let lane: usize = 0; lane < taken; lane += 16) {
        const a = v128.and(v128.load(p0 + lane), m0);
        const b = v128.and(v128.load(p1 + lane), m1);
        const c = v128.and(v128.load(p2 + lane), m2);
        const d = v128.and(v128.load(p3 + lane), m3);
        const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
        const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
        const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        const t0 = v128.shuffle<f32>(ab, cd, 0, 1, 4, 5);
        const t1 = v128.shuffle<f32>(ab, cd, 2, 3, 6, 7);
        const t2 = v128.shuffle<f32>(AB, CD, 0, 1, 4, 5);
        const t3 = v128.shuffle<f32>(AB, CD, 2, 3, 6, 7);
        v128.store(out, t0);
        out += stride;
        v128.store(out, t1);
        out += stride;
        v128.store(out, t2);
        out += stride;
        v128.store(out, t3);
        out += stride;
        s0 = f32x4.add(s0, t0);
        s1 = f32x4.add(s1, t1);
        s2 = f32x4.add(s2, t2);
        s3 = f32x4.add(s3, t3);
      }
      p0 += step;
      p1 += step;
      p2 += step;
      p3 += step;
    }
    if (sums) {
      const at = sums + (<usize>n << 2);
      v128.store(at, f32x4.add(v128.load(at), f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
    }
  }
}

/** to[m][n] += from[m][8] for n < columns, rows `ld` floats apart: the last columns of a product by eights. */
export function addColumns(to: usize, ld: i32, from: usize, M: i32, columns: i32): void {
  for (let m = 0; m < M; m++) {
    for (let n: usize = 0; n < <usize>columns << 2; n += 4) {
      store<f32>(to + n, load<f32>(to + n) + load<f32>(from + n));
    }
    to += <usize>ld << 2;
    from += 32;
  }
}
