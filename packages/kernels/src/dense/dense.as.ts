/** y[T][M][B] = bias (0 where absent) in every step and lane. */
export function fillRows(y: usize, T: i32, M: i32, B: i32, bias: usize): void {
  const row = <usize>B << 2;
  for (let t = 0; t < T; t++) {
    for (let m = 0; m < M; m++) {
      const v = bias ? v128.load_splat<f32>(bias + (<usize>m << 2)) : f32x4.splat(0);
      for (let lane: usize = 0; lane < row; lane += 16) v128.store(y + lane, v);
      y += row;
    }
  }
}
