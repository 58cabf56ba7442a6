/** LSTM forward and backward through time over one direction: the order of the kernels and the cache's layout. */

import type { Machine } from '../machine.ts';
import type { RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** Backward collects this many steps before it takes the gradients of the weights: few enough to be in cache. */
const CHUNK = 8;

/**
 * In floats. `s` counts steps in the order of walking: slot s+1 holds the state after it, slot 0 the initial one.
 * gates [T][4][H][B], tanh of the cell [T][H][B], c [T+1][H][B], h [T+1][H][B].
 */
function layout(T: number, unit: number) {
  return { gates: 0, tc: 4 * T * unit, c: 5 * T * unit, h: (6 * T + 1) * unit, floats: (7 * T + 2) * unit };
}

export function lstmCacheFloats(T: number, hidden: number, B: number): number {
  return layout(T, hidden * B).floats;
}

export function lstmForward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentCall): void {
  const { T, B, input, hidden, x, lens, y, cache } = call;
  const unit = hidden * B;
  const at = layout(T, unit);
  const [c, h] = [cache + 4 * at.c, cache + 4 * at.h];
  const panels = scratch([(1 + input + hidden) * 4 * hidden])[0]!;
  wasm.lstmPack(panels, call.w, call.r, call.b, input, hidden);
  setOrZero(c, call.c0, unit);
  setOrZero(h, call.h0, unit);
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    wasm.lstmStepForward(
      t,
      B,
      input,
      hidden,
      panels,
      x + 4 * t * input * B,
      lens,
      cache + 4 * (at.gates + s * 4 * unit),
      cache + 4 * (at.tc + s * unit),
      c + 4 * s * unit,
      h + 4 * s * unit,
      c + 4 * (s + 1) * unit,
      h + 4 * (s + 1) * unit,
      y + 4 * t * call.yStride,
    );
  }
  if (call.cn) copy(call.cn, c + 4 * T * unit, unit);
  if (call.hn) copy(call.hn, h + 4 * T * unit, unit);
}

export function lstmBackward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentBackwardCall): void {
  const { T, B, input, hidden, x, lens, dx, dy, cache } = call;
  const unit = hidden * B;
  const rows = 4 * hidden;
  const at = layout(T, unit);
  const gates = cache + 4 * at.gates;
  const [c, h] = [cache + 4 * at.c, cache + 4 * at.h];
  const panelFloats = (columns: number) => 4 * Math.ceil(columns / 4) * rows;
  const [dh, dc, rt, wt] = scratch([unit, unit, panelFloats(hidden), dx ? panelFloats(input) : 0]) as [
    number,
    number,
    number,
    number,
  ];
  wasm.packColumns(rt, call.r, rows, hidden);
  if (dx) wasm.packColumns(wt, call.w, rows, input);
  setOrZero(dh, call.dhn, unit);
  setOrZero(dc, call.dcn, unit);
  const xStep = (call.reverse ? -4 : 4) * input * B;
  for (let end = T; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK);
    for (let s = end - 1; s >= start; s--) {
      const t = call.reverse ? T - 1 - s : s;
      const g = gates + 4 * s * rows * B;
      const before = c + 4 * s * unit;
      const tc = cache + 4 * (at.tc + s * unit);
      wasm.lstmStepBackward(t, B, hidden, lens, g, tc, before, dy + 4 * t * call.yStride, dh, dc);
      wasm.gemmLanes(rt, hidden, rows, g, B, dh);
      if (dx) wasm.gemmLanes(wt, input, rows, g, B, dx + 4 * t * input * B);
    }
    const steps = end - start;
    const first = call.reverse ? T - 1 - start : start;
    const g = gates + 4 * start * rows * B;
    wasm.outerLanes(g, 4 * rows * B, rows, x + 4 * first * input * B, xStep, input, B, steps, call.dw);
    wasm.outerLanes(g, 4 * rows * B, rows, h + 4 * start * unit, 4 * unit, hidden, B, steps, call.dr);
    wasm.rowSums(g, 4 * rows * B, rows, B, steps, call.db);
    wasm.rowSums(g, 4 * rows * B, rows, B, steps, call.db + 4 * rows);
  }
  if (call.dh0) copy(call.dh0, dh, unit);
  if (call.dc0) copy(call.dc0, dc, unit);
}
