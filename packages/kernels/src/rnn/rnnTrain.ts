/** RNN (tanh or relu) forward and backward through time over one direction. */

import { panelFloats } from '../gemm/panelFloats.ts';
import { chunkRowsFloats, chunkSteps, WeightGradient } from '../gemm/weightGradient.ts';
import type { Machine } from '../machine.ts';
import type { RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** In floats; h [T+1][H][B], slot s+1 after step s in the order of walking, slot 0 before. */
export function rnnCacheFloats(T: number, hidden: number, B: number): number {
  return (T + 1) * hidden * B;
}

export function rnnForward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentCall): void {
  const { T, B, input, hidden, x, lens, y, cache: h } = call;
  const unit = hidden * B;
  const relu = call.activation === 'relu' ? 1 : 0;
  const [panels] = scratch([panelFloats(hidden, 1 + input + hidden)]) as [number];
  wasm.packAffine(panels, hidden, call.w, input, call.r, hidden, call.b, call.b + 4 * hidden);
  setOrZero(h, call.h0, unit);
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    const before = h + 4 * s * unit;
    const after = before + 4 * unit;
    wasm.affine(panels, hidden, input, x + 4 * t * input * B, hidden, before, B, after, lens, t);
    wasm.rnnStepForward(t, B, hidden, lens, after, before, y + 4 * t * call.yStride, relu);
  }
  if (call.hn) copy(call.hn, h + 4 * T * unit, unit);
}

export function rnnBackward(machine: Machine, call: RecurrentBackwardCall): void {
  const { wasm, scratch, setOrZero, copy, f32 } = machine;
  const { T, B, input, hidden, x, lens, dx, dy, cache: h } = call;
  const unit = hidden * B;
  const relu = call.activation === 'relu' ? 1 : 0;
  const chunk = chunkSteps(B, T);
  const [dh, gates, rt, wt, panels, db, x0, x1, h0, h1] = scratch([
    ...[unit, chunk * unit, panelFloats(hidden, hidden), dx ? panelFloats(input, hidden) : 0],
    ...[chunkRowsFloats(hidden, B, T), hidden + 3],
    ...WeightGradient.floats(input, hidden, B, T),
    ...WeightGradient.floats(hidden, hidden, B, T),
  ]) as number[] as [number, number, number, number, number, number, number, number, number, number];
  const dw = new WeightGradient(machine, input, hidden, B, [x0, x1]);
  const dr = new WeightGradient(machine, hidden, hidden, B, [h0, h1]);
  f32(db, hidden + 3).fill(0);
  wasm.packColumns(rt, call.r, hidden, hidden);
  if (dx) wasm.packColumns(wt, call.w, hidden, input);
  setOrZero(dh, call.dhn, unit);
  for (let end = T; end > 0; end -= chunk) {
    const start = Math.max(0, end - chunk);
    for (let s = end - 1; s >= start; s--) {
      const t = call.reverse ? T - 1 - s : s;
      const g = gates + 4 * (s - start) * unit;
      const after = h + 4 * (s + 1) * unit;
      wasm.rnnStepBackward(t, B, hidden, lens, after, dy + 4 * t * call.yStride, dh, g, relu);
      wasm.gemm(rt, hidden, hidden, g, 4 * B, B / 8, dh, 4 * B, lens, t);
      if (dx) wasm.gemm(wt, input, hidden, g, 4 * B, B / 8, dx + 4 * t * input * B, 4 * B, lens, t);
    }
    const steps = end - start;
    const first = call.reverse ? T - 1 - start : start;
    const chunkRows = { panels, rows: hidden, K: steps * B };
    wasm.packLanes(panels, gates, 4 * unit, hidden, B, steps, 4, db);
    dw.take(x + 4 * first * input * B, (call.reverse ? -4 : 4) * input * B, steps);
    dr.take(h + 4 * start * unit, 4 * unit, steps);
    dw.add(chunkRows, call.dw, 0);
    dr.add(chunkRows, call.dr, 0);
  }
  dw.end(call.dw, hidden);
  dr.end(call.dr, hidden);
  wasm.add(call.db, db, hidden);
  wasm.add(call.db + 4 * hidden, db, hidden);
  if (call.dh0) copy(call.dh0, dh, unit);
}
