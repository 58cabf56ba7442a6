/** db[m] += sum over s < steps, lane < B of g[s][m][lane]: the gradient of a bias. gStep in bytes. */
export function rowSums(g: usize, gStep: usize, M: i32, B: i32, steps: i32, db: usize): void {
  const row = <usize>B << 2;
  for (let m = 0; m < M; m++) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let from = g;
    for (let s = 0; s < steps; s++) {
      for (let lane: usize = 0; lane < row; lane += 32) {
        even = f32x4.add(even, v128.load(from + lane));
        odd = f32x4.add(odd, v128.load(from + lane, 16));
      }
      from += gStep;
    }
    even = f32x4.add(even, odd);
    const sum =
      f32x4.extract_lane(even, 0) +
      f32x4.extract_lane(even, 1) +
      (f32x4.extract_lane(even, 2) + f32x4.extract_lane(even, 3));
    const to = db + (<usize>m << 2);
    store<f32>(to, load<f32>(to) + sum);
    g += row;
  }
}
