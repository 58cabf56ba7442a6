// What an engine with 7-bit activations does to a row before an int8 matrix meets it, for training to count on.

/**
 * y[t][f][lane] = round(x * levels / m) * m / levels, ties to even, with m the largest |x| of that step and lane: one
 * scale for all F features. x and y are [T][F][B] and may be the same. A row of zeros stays one, one with NaN is NaN.
 */
export function roundRows(x: usize, y: usize, T: i32, F: i32, B: i32, levels: f32): void {
  const row = <usize>B << 2;
  const size = <usize>F * row;
  const most = f32x4.splat(levels);
  const least = f32x4.splat(1e-30);
  for (let t = 0; t < T; t++, x += size, y += size) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      let largest = f32x4.splat(0);
      for (let at = lane; at < size; at += row) {
        largest = f32x4.max(largest, f32x4.abs(v128.load(x + at)));
      }
      const inverse = v128.and(f32x4.div(most, largest), f32x4.gt(largest, least));
      const scale = f32x4.div(largest, most);
      for (let at = lane; at < size; at += row) {
        v128.store(y + at, f32x4.mul(f32x4.nearest(f32x4.mul(v128.load(x + at), inverse)), scale));
      }
    }
  }
}
