// Rows of a table for the tokens of each step and lane. Lanes lie side by side, so a row is written with stride.

/** y[T][E][B] = table[ids[t][lane]][E]; ids are whole floats within the table. */
export function embeddingForward(T: i32, B: i32, E: i32, ids: usize, table: usize, y: usize): void {
  const row = <usize>B << 2;
  for (let t = 0; t < T; t++) {
    for (let lane: usize = 0; lane < row; lane += 4, ids += 4) {
      let from = table + (<usize>(<i32>load<f32>(ids) * E) << 2);
      let to = y + lane;
      for (let e = 0; e < E; e++, from += 4, to += row) store<f32>(to, load<f32>(from));
    }
    y += row * <usize>E;
  }
}

/** dtable[ids[t][lane]] += dy[t][.][lane], in the order of steps and lanes. */
export function embeddingBackward(T: i32, B: i32, E: i32, ids: usize, dy: usize, dtable: usize): void {
  const row = <usize>B << 2;
  for (let t = 0; t < T; t++) {
    for (let lane: usize = 0; lane < row; lane += 4, ids += 4) {
      let to = dtable + (<usize>(<i32>load<f32>(ids) * E) << 2);
      let from = dy + lane;
      for (let e = 0; e < E; e++, to += 4, from += row) store<f32>(to, load<f32>(to) + load<f32>(from));
    }
    dy += row * <usize>E;
  }
}
