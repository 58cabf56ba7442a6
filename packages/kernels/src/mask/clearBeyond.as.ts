// Variable lengths for what looks at other steps than its own.

import { liveLanes } from '../math/lanes.as';

/** x[T][F][B], in place: zero beyond each lane's length. */
export function clearBeyond(x: usize, T: i32, F: i32, B: i32, lens: usize): void {
  const row = <usize>B << 2;
  for (let t = 0; t < T; t++) {
    const now = i32x4.splat(t);
    for (let f = 0; f < F; f++) {
      for (let lane: usize = 0; lane < row; lane += 16, x += 16) {
        v128.store(x, v128.and(v128.load(x), liveLanes(lens, lane, now)));
      }
    }
  }
}
