/**
 * Symmetric int8 weights with one scale a row: what a row's largest weight needs, not the matrix's. Both
 * directions of a layer share their rows' scales, because DequantizeLinear takes one scale for each place on
 * its axis, and W is [dirs, rows, columns].
 */

export interface QuantisedMatrix {
  /** Same shape as the weights. */
  readonly data: Int8Array;
  /** [rows] weight = scale * int8 */
  readonly scales: Float32Array;
  /** What the int8 weights stand for. */
  readonly restored: Float32Array;
}

/** @param weights [dirs, rows, columns] or, with dirs = 1, [rows, columns] */
export function quantiseRows(
  weights: Float32Array,
  dirs: number,
  rows: number,
  columns: number,
): QuantisedMatrix {
  const data = new Int8Array(weights.length);
  const restored = new Float32Array(weights.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let dir = 0; dir < dirs; dir++) {
      const start = (dir * rows + row) * columns;
      for (let i = start; i < start + columns; i++) largest = Math.max(largest, Math.abs(weights[i]!));
    }
    // A row of zeros takes any scale but 0; one of next to nothing would have a subnormal scale, far off.
    const scale = Math.fround(largest > 1e-30 ? largest / 127 : 1);
    scales[row] = scale;
    for (let dir = 0; dir < dirs; dir++) {
      const start = (dir * rows + row) * columns;
      for (let i = start; i < start + columns; i++) {
        const level = Math.max(-127, Math.min(127, Math.round(weights[i]! / scale)));
        data[i] = level;
        restored[i] = data[i]! * scale;
      }
    }
  }
  return { data, scales, restored };
}
