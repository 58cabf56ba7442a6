/** RNN (tanh or relu) forward and backward through time over one direction. */
import type { Machine } from '../machine.ts';
import type { RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** Backward collects this many steps before it takes the gradients of the weights: few enough to be in cache. */
const CHUNK = 8;

/** In floats; h [T+1][H][B], slot s+1 after step s in the order of walking, slot 0 before. */
export function rnnCacheFloats(T: number, hidden: number, B: number): number {
  return (T + 1) * hidden * B;
}

const panelFloats = (M: number, K: number): number => 4 * Math.ceil(M / 4) * K;

export function rnnForward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentCall): void {
  const { T, B, input, hidden, x, lens, y, cache: h } = call;
  const unit = hidden * B;
  const relu = call.activation === 'relu' ? 1 : 0;
  const [wp, rp] = scratch([panelFloats(hidden, input), panelFloats(hidden, hidden)]) as [number, number];
  wasm.packRows(wp, call.w, hidden, input);
  wasm.packRows(rp, call.r, hidden, hidden);
  setOrZero(h, call.h0, unit);
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    const before = h + 4 * s * unit;
    const after = before + 4 * unit;
    wasm.rnnBias(after, B, hidden, call.b);
    wasm.gemmLanes(wp, hidden, input, x + 4 * t * input * B, B, after);
    wasm.gemmLanes(rp, hidden, hidden, before, B, after);
    wasm.rnnStepForward(t, B, hidden, lens, after, before, y + 4 * t * call.yStride, relu);
  }
  if (call.hn) copy(call.hn, h + 4 * T * unit, unit);
}

export function rnnBackward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentBackwardCall): void {
  const { T, B, input, hidden, x, lens, dx, dy, cache: h } = call;
  const unit = hidden * B;
  const relu = call.activation === 'relu' ? 1 : 0;
  const [dh, gates, rt, wt] = scratch([
    unit,
    CHUNK * unit,
    panelFloats(hidden, hidden),
    dx ? panelFloats(input, hidden) : 0,
  ]) as [number, number, number, number];
  wasm.packColumns(rt, call.r, hidden, hidden);
  if (dx) wasm.packColumns(wt, call.w, hidden, input);
  setOrZero(dh, call.dhn, unit);
  const xStep = (call.reverse ? -4 : 4) * input * B;
  for (let end = T; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK);
    for (let s = end - 1; s >= start; s--) {
      const t = call.reverse ? T - 1 - s : s;
      const g = gates + 4 * (s - start) * unit;
      wasm.rnnStepBackward(
        t,
        B,
        hidden,
        lens,
        h + 4 * (s + 1) * unit,
        dy + 4 * t * call.yStride,
        dh,
        g,
        relu,
      );
      wasm.gemmLanes(rt, hidden, hidden, g, B, dh);
      if (dx) wasm.gemmLanes(wt, input, hidden, g, B, dx + 4 * t * input * B);
    }
    const steps = end - start;
    const first = call.reverse ? T - 1 - start : start;
    wasm.outerLanes(gates, 4 * unit, hidden, x + 4 * first * input * B, xStep, input, B, steps, call.dw);
    wasm.outerLanes(gates, 4 * unit, hidden, h + 4 * start * unit, 4 * unit, hidden, B, steps, call.dr);
    wasm.rowSums(gates, 4 * unit, hidden, B, steps, call.db);
    wasm.rowSums(gates, 4 * unit, hidden, B, steps, call.db + 4 * hidden);
  }
  if (call.dh0) copy(call.dh0, dh, unit);
}
