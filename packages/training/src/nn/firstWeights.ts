/** Matrices to begin with. */
import type { Random } from '../random.ts';

/** Glorot and Bengio's uniform range (AISTATS 2010). */
export function glorot(out: Float32Array, fanIn: number, fanOut: number, random: Random): void {
  const range = Math.sqrt(6 / (fanIn + fanOut));
  for (let i = 0; i < out.length; i++) out[i] = random.uniform(-range, range);
}

/** An orthogonal [n, n] matrix by modified Gram and Schmidt over normal rows. */
export function orthogonal(out: Float32Array, n: number, random: Random): void {
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from({ length: n }, () => random.normal());
    for (const earlier of rows) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += row[k]! * earlier[k]!;
      for (let k = 0; k < n; k++) row[k]! -= dot * earlier[k]!;
    }
    const norm = Math.hypot(...row);
    for (let k = 0; k < n; k++) row[k]! /= norm;
    rows.push(row);
    out.set(row, i * n);
  }
}
