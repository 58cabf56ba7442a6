/** A dense layer over every step and lane, forward and backward. */
import type { Machine } from '../machine.ts';
import type { DenseBackwardCall, DenseCall } from '../trainTypes.ts';

/** Steps a gradient of the weights is taken over at a time: few enough to stay in the cache. */
const CHUNK = 8;

const panelFloats = (M: number, K: number): number => 4 * Math.ceil(M / 4) * K;

export function denseForward({ wasm, scratch }: Machine, call: DenseCall): void {
  const { T, B, in: K, out: M, x, y } = call;
  const [panels] = scratch([panelFloats(M, K)]) as [number];
  wasm.packRows(panels, call.w, M, K);
  wasm.fillRows(y, T, M, B, call.b);
  for (let t = 0; t < T; t++) wasm.gemmLanes(panels, M, K, x + 4 * t * K * B, B, y + 4 * t * M * B);
}

export function denseBackward({ wasm, scratch }: Machine, call: DenseBackwardCall): void {
  const { T, B, in: K, out: M, x, dy, dx } = call;
  const [panels] = scratch([dx ? panelFloats(K, M) : 0]) as [number];
  if (dx) wasm.packColumns(panels, call.w, M, K);
  for (let start = 0; start < T; start += CHUNK) {
    const steps = Math.min(CHUNK, T - start);
    const g = dy + 4 * start * M * B;
    for (let t = start; dx && t < start + steps; t++) {
      wasm.gemmLanes(panels, K, M, dy + 4 * t * M * B, B, dx + 4 * t * K * B);
    }
    wasm.outerLanes(g, 4 * M * B, M, x + 4 * start * K * B, 4 * K * B, K, B, steps, call.dw);
    if (call.db) wasm.rowSums(g, 4 * M * B, M, B, steps, call.db);
  }
}
