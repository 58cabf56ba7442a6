/** How backward cuts a sequence: the gradients of the weights are taken over some steps at a time. */

/** Steps times lanes of a chunk: enough to make a tile's loads and stores of its sums cheap, few enough for the cache. */
const CHUNK_LANES = 256;

export function chunkSteps(B: number, T: number): number {
  return Math.max(1, Math.min(T, Math.round(CHUNK_LANES / B)));
}

/**
 * Walks a direction from its last step to its first: `step` at each, then `chunk` for those since the last chunk. `s`
 * counts in the order of walking forward, t is the step's place in x and y.
 */
export function walkBack(
  { T, B, reverse }: { readonly T: number; readonly B: number; readonly reverse: boolean },
  step: (s: number, t: number) => void,
  chunk: (start: { readonly s: number; readonly t: number }, steps: number) => void,
): void {
  const time = (s: number): number => (reverse ? T - 1 - s : s);
  const most = chunkSteps(B, T);
  for (let end = T; end > 0; end -= most) {
    const start = Math.max(0, end - most);
    for (let s = end - 1; s >= start; s--) step(s, time(s));
    chunk({ s: start, t: time(start) }, end - start);
  }
}
