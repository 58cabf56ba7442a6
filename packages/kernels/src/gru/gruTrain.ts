/** GRU forward and backward through time over one direction: the order of the kernels and the cache's layout. */
import type { Machine } from '../machine.ts';
import type { RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** Backward collects this many steps before it takes the gradients of the weights: few enough to be in cache. */
const CHUNK = 8;

/** In floats; gates [T][4][H][B], h [T+1][H][B], slot s+1 after step s in the order of walking, slot 0 before. */
function layout(T: number, unit: number) {
  return { gates: 0, h: 4 * T * unit, floats: (5 * T + 1) * unit };
}

export function gruCacheFloats(T: number, hidden: number, B: number): number {
  return layout(T, hidden * B).floats;
}

export function gruForward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentCall): void {
  const { T, B, input, hidden, x, lens, y, cache } = call;
  const unit = hidden * B;
  const at = layout(T, unit);
  const h = cache + 4 * at.h;
  const [panels] = scratch([(1 + input + hidden) * 4 * hidden]) as [number];
  wasm.gruPack(panels, call.w, call.r, call.b, input, hidden);
  setOrZero(h, call.h0, unit);
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    wasm.gruStepForward(
      t,
      B,
      input,
      hidden,
      panels,
      x + 4 * t * input * B,
      lens,
      cache + 4 * (at.gates + s * 4 * unit),
      h + 4 * s * unit,
      h + 4 * (s + 1) * unit,
      y + 4 * t * call.yStride,
    );
  }
  if (call.hn) copy(call.hn, h + 4 * T * unit, unit);
}

export function gruBackward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentBackwardCall): void {
  const { T, B, input, hidden, x, lens, dx, dy, dw, dr, db, cache } = call;
  const unit = hidden * B;
  const at = layout(T, unit);
  const h = cache + 4 * at.h;
  const panelFloats = (columns: number) => 4 * Math.ceil(columns / 4) * 3 * hidden;
  const [dh, rt, wt] = scratch([unit, panelFloats(hidden), dx ? panelFloats(input) : 0]) as [
    number,
    number,
    number,
  ];
  wasm.packColumns(rt, call.r, 3 * hidden, hidden);
  if (dx) wasm.gruPackInputGrad(wt, call.w, input, hidden);
  setOrZero(dh, call.dhn, unit);
  const gStep = 16 * unit;
  const xStep = (call.reverse ? -4 : 4) * input * B;
  for (let end = T; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK);
    for (let s = end - 1; s >= start; s--) {
      const t = call.reverse ? T - 1 - s : s;
      const g = cache + 4 * at.gates + s * gStep;
      wasm.gruStepBackward(t, B, hidden, lens, g, h + 4 * s * unit, dy + 4 * t * call.yStride, dh);
      wasm.gemmLanes(rt, hidden, 3 * hidden, g + 4 * unit, B, dh);
      if (dx) wasm.gemmLanes(wt, input, 3 * hidden, g, B, dx + 4 * t * input * B);
    }
    const steps = end - start;
    const xFirst = x + 4 * (call.reverse ? T - 1 - start : start) * input * B;
    const n = cache + 4 * at.gates + start * gStep;
    const zr = n + 4 * unit;
    const m = n + 12 * unit;
    wasm.outerLanes(zr, gStep, 2 * hidden, xFirst, xStep, input, B, steps, dw);
    wasm.outerLanes(n, gStep, hidden, xFirst, xStep, input, B, steps, dw + 8 * hidden * input);
    wasm.outerLanes(zr, gStep, 3 * hidden, h + 4 * start * unit, 4 * unit, hidden, B, steps, dr);
    wasm.rowSums(zr, gStep, 2 * hidden, B, steps, db);
    wasm.rowSums(n, gStep, hidden, B, steps, db + 8 * hidden);
    wasm.rowSums(zr, gStep, 2 * hidden, B, steps, db + 12 * hidden);
    wasm.rowSums(m, gStep, hidden, B, steps, db + 20 * hidden);
  }
  if (call.dh0) copy(call.dh0, dh, unit);
}
