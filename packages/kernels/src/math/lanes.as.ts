// What a block of 8 lanes does in a step that lies beyond all their lengths.

/** to[hidden][lanes] = from[hidden][lanes] */
export function keepLanes(hidden: i32, row: usize, lane: usize, from: usize, to: usize): void {
  for (let j = 0; j < hidden; j++, lane += row) {
    v128.store(to + lane, v128.load(from + lane));
    v128.store(to + lane, v128.load(from + lane, 16), 16);
  }
}

export function clearLanes(hidden: i32, row: usize, lane: usize, y: usize): void {
  for (let j = 0; j < hidden; j++, lane += row) {
    v128.store(y + lane, f32x4.splat(0));
    v128.store(y + lane, f32x4.splat(0), 16);
  }
}
