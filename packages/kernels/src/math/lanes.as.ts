// Which of 8 lanes a step still belongs to.

/** Lanes whose length exceeds the step, as a mask; all where there are no lengths. */
// @ts-ignore: decorator
@inline
export function liveLanes(lens: usize, lane: usize, now: v128): v128 {
  return lens ? i32x4.gt_s(v128.load(lens + lane), now) : i32x4.splat(-1);
}

/** Whether one of 8 lanes is still live at step t; without lengths all are. */
// @ts-ignore: decorator
@inline
export function anyLive(lens: usize, lane: usize, t: i32): bool {
  if (!lens) return true;
  const now = i32x4.splat(t);
  const low = i32x4.gt_s(v128.load(lens + lane), now);
  return v128.any_true(v128.or(low, i32x4.gt_s(v128.load(lens + lane, 16), now)));
}
