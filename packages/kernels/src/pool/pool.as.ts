// One step of a whole sequence: the mean or the largest of a lane's valid steps.

import { liveLanes } from '../math/lanes.as';

/** Steps of each lane as floats, at least 1. */
// @ts-ignore: decorator
@inline
function stepsOf(lens: usize, lane: usize, T: i32): v128 {
  const steps = lens ? f32x4.convert_i32x4_s(v128.load(lens + lane)) : f32x4.splat(<f32>T);
  return f32x4.max(steps, f32x4.splat(1));
}

/** y[F][B] = mean of x[t][F][B] over a lane's steps; 0 for a lane of none. */
export function meanForward(T: i32, F: i32, B: i32, x: usize, lens: usize, y: usize): void {
  const row = <usize>B << 2;
  const step = row * <usize>F;
  for (let f: usize = 0; f < step; f += row) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      let sum = f32x4.splat(0);
      let from = x + f + lane;
      for (let t = 0; t < T; t++, from += step) {
        sum = f32x4.add(sum, v128.and(v128.load(from), liveLanes(lens, lane, i32x4.splat(t))));
      }
      v128.store(y + f + lane, f32x4.div(sum, stepsOf(lens, lane, T)));
    }
  }
}

/** dx[t] += dy / steps at each of a lane's steps. */
export function meanBackward(T: i32, F: i32, B: i32, lens: usize, dy: usize, dx: usize): void {
  const row = <usize>B << 2;
  const step = row * <usize>F;
  for (let f: usize = 0; f < step; f += row) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      const share = f32x4.div(v128.load(dy + f + lane), stepsOf(lens, lane, T));
      let to = dx + f + lane;
      for (let t = 0; t < T; t++, to += step) {
        const own = v128.and(share, liveLanes(lens, lane, i32x4.splat(t)));
        v128.store(to, f32x4.add(v128.load(to), own));
      }
    }
  }
}

/** y[F][B] = largest x[t][F][B] of a lane's steps, its first place in `at` (int32); 0 and -1 for a lane of none. */
export function maxForward(T: i32, F: i32, B: i32, x: usize, lens: usize, y: usize, at: usize): void {
  const row = <usize>B << 2;
  const step = row * <usize>F;
  for (let f: usize = 0; f < step; f += row) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      let top = f32x4.splat(0);
      let place = i32x4.splat(-1);
      let from = x + f + lane;
      for (let t = 0; t < T; t++, from += step) {
        const now = i32x4.splat(t);
        const v = v128.load(from);
        // `not <=` lets NaN through.
        const first = i32x4.lt_s(place, i32x4.splat(0));
        const larger = v128.or(v128.not(f32x4.le(v, top)), first);
        const take = v128.and(larger, liveLanes(lens, lane, now));
        top = v128.bitselect(v, top, take);
        place = v128.bitselect(now, place, take);
      }
      v128.store(y + f + lane, top);
      v128.store(at + f + lane, place);
    }
  }
}

/** dx[at] += dy */
export function maxBackward(F: i32, B: i32, at: usize, dy: usize, dx: usize): void {
  const row = <usize>B << 2;
  const step = row * <usize>F;
  for (let i: usize = 0; i < step; i += 4) {
    const t = load<i32>(at + i);
    if (t < 0) continue;
    const to = dx + <usize>t * step + i;
    store<f32>(to, load<f32>(to) + load<f32>(dy + i));
  }
}
