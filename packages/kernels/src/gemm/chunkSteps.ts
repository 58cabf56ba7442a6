/** How backward cuts a sequence: the gradients of the weights are taken over some steps at a time. */
import type { Machine } from '../machine.ts';
import type { Pointer } from '../trainTypes.ts';

/** Steps times lanes of a chunk: enough to make a tile's loads and stores of its sums cheap, few enough for the cache. */
const CHUNK_LANES = 256;

/** @returns steps of a chunk for B lanes, 1 ... T */
export function chunkSteps(B: number, T: number): number {
  return Math.max(1, Math.min(T, Math.round(CHUNK_LANES / B)));
}

/** A part of the walk back, whose gradients of weights are taken at once. */
export interface Chunk {
  /** Its first step in the order of walking forward, and that step's place in x and y. */
  readonly s: number;
  readonly t: number;
  readonly steps: number;
  /** The lanes behind these, a multiple of 8, are beyond their length at all of its steps: their gradients are 0. */
  readonly lanes: number;
}

interface Walk {
  readonly T: number;
  readonly B: number;
  readonly reverse: boolean;
  /** Int32 [B] in the memory; absent: 0 */
  readonly lens: Pointer;
}

/**
 * Walks a direction from its last step to its first: `step` at each, then `chunk` for those since the last chunk. `s`
 * counts in the order of walking forward, t is the step's place in x and y.
 */
export function walkBack(
  { i32 }: Machine,
  { T, B, reverse, lens }: Walk,
  step: (s: number, t: number) => void,
  chunk: (chunk: Chunk) => void,
): void {
  const time = (s: number): number => (reverse ? T - 1 - s : s);
  const most = chunkSteps(B, T);
  for (let end = T; end > 0; end -= most) {
    const s = Math.max(0, end - most);
    for (let at = end - 1; at >= s; at--) step(at, time(at));
    const first = Math.min(time(s), time(end - 1));
    const lanes = lens ? liveLanes(i32(lens, B), first) : B;
    if (lanes > 0) chunk({ s, t: time(s), steps: end - s, lanes });
  }
}

/** Lanes up to the last one that has more than `t` steps, rounded up to a multiple of 8. */
function liveLanes(lens: Int32Array, t: number): number {
  return 8 * Math.ceil((lens.findLastIndex((steps) => steps > t) + 1) / 8);
}
