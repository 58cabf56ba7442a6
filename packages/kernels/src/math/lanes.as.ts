// Which of 8 lanes a step still belongs to.

/** Lanes whose length exceeds the step, as a mask; all where there are no lengths. */
// @ts-ignore: decorator
@inline
export function liveLanes(lens: usize, lane: usize, now: v128): v128 {
  return lens ? i32x4.gt_s(v128.load(lens + lane), now) : i32x4.splat(-1);
}

/** What one unit does in a block of 8 lanes that are all beyond their length: the state stays. */
// @ts-ignore: decorator
@inline
export function keepEight(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** ... and it yields 0. */
// @ts-ignore: decorator
@inline
export function clearEight(to: usize): void {
  v128.store(to, i32x4.splat(0));
  v128.store(to, i32x4.splat(0), 16);
}
