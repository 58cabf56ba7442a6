// Results leave the kernels eight columns at a time; the last ones may not all exist, and what lies behind them
// belongs to somebody else.

// @ts-ignore: decorator
@inline
export function storeColumns(to: usize, low: v128, high: v128, left: i32): void {
  if (left >= 8) {
    v128.store(to, low);
    v128.store(to, high, 16);
  } else {
    storeSome(to, low, high, left);
  }
}

function storeSome(to: usize, low: v128, high: v128, left: i32): void {
  if (left >= 4) {
    v128.store(to, low);
    low = high;
    left -= 4;
    to += 16;
  }
  if (left > 0) store<f32>(to, f32x4.extract_lane(low, 0));
  if (left > 1) store<f32>(to, f32x4.extract_lane(low, 1), 4);
  if (left > 2) store<f32>(to, f32x4.extract_lane(low, 2), 8);
}
