/** Sequences side by side: the numbers of one of them, moved from batch to batch. */
import type { Steps } from './chunk.ts';

export const emptyLike = (data: Steps['data'], size: number): Steps['data'] =>
  new (data.constructor as Float32ArrayConstructor)(size);

/** One of `count` rows at each step, [n, count, width]. */
export interface Row {
  readonly data: Steps['data'];
  readonly count: number;
  readonly row: number;
}

/** Below, a loop is faster than the call of `set`. */
const FEW = 96;

/** Copies a row, in each of n steps. */
export function moveRow(from: Row, to: Row, n: number, width: number): void {
  for (let t = 0; t < n; t++) {
    const at = (t * from.count + from.row) * width;
    const start = (t * to.count + to.row) * width;
    if (width > FEW) to.data.set(from.data.subarray(at, at + width) as never, start);
    else for (let i = 0; i < width; i++) to.data[start + i] = from.data[at + i]!;
  }
}
