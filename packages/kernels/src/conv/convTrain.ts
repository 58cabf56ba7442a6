/**
 * Convolution over time. A window of `kernel` steps lies in one piece, [kernel * in][lanes], so each output step
 * is a dense product with its window, and no window is ever copied.
 */
import type { ConvBackwardCall, ConvCall } from '../layerTypes.ts';
import type { Machine } from '../machine.ts';

/** Steps a gradient of the weights is taken over at a time: few enough to stay in the cache. */
const CHUNK = 8;

const panelFloats = (M: number, K: number): number => 4 * Math.ceil(M / 4) * K;

export function convForward({ wasm, scratch }: Machine, call: ConvCall): void {
  const { T, B, in: I, out: M, kernel, stride, x, y } = call;
  const K = kernel * I;
  const [panels] = scratch([panelFloats(M, K)]) as [number];
  wasm.packRows(panels, call.w, M, K);
  wasm.fillRows(y, T, M, B, call.b);
  for (let t = 0; t < T; t++) wasm.gemmLanes(panels, M, K, x + 4 * t * stride * I * B, B, y + 4 * t * M * B);
}

export function convBackward({ wasm, scratch }: Machine, call: ConvBackwardCall): void {
  const { T, B, in: I, out: M, kernel, stride, x, dy, dx } = call;
  const K = kernel * I;
  const xStep = 4 * stride * I * B;
  const [panels] = scratch([dx ? panelFloats(K, M) : 0]) as [number];
  if (dx) wasm.packColumns(panels, call.w, M, K);
  for (let start = 0; start < T; start += CHUNK) {
    const steps = Math.min(CHUNK, T - start);
    const g = dy + 4 * start * M * B;
    for (let t = start; dx && t < start + steps; t++) {
      wasm.gemmLanes(panels, K, M, dy + 4 * t * M * B, B, dx + t * xStep);
    }
    wasm.outerLanes(g, 4 * M * B, M, x + start * xStep, xStep, K, B, steps, call.dw);
    wasm.rowSums(g, 4 * M * B, M, B, steps, call.db);
  }
}
