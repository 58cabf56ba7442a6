/** GRU forward and backward through time over one direction: the order of the kernels and the cache's layout. */

import { panelFloats } from '../gemm/panelFloats.ts';
import { chunkRowsFloats, chunkSteps, WeightGradient } from '../gemm/weightGradient.ts';
import type { Machine } from '../machine.ts';
import type { RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** In floats; gates [T][4][H][B], h [T+1][H][B], slot s+1 after step s in the order of walking, slot 0 before. */
function layout(T: number, unit: number) {
  return { gates: 0, h: 4 * T * unit, floats: (5 * T + 1) * unit };
}

export function gruCacheFloats(T: number, hidden: number, B: number): number {
  return layout(T, hidden * B).floats;
}

export function gruForward({ wasm, scratch, setOrZero, copy }: Machine, call: RecurrentCall): void {
  const { T, B, input, hidden, x, w, r, b, lens, y, cache } = call;
  const unit = hidden * B;
  const at = layout(T, unit);
  const h = cache + 4 * at.h;
  const both = 2 * hidden;
  const [zr, n, m] = scratch([
    panelFloats(both, 1 + input + hidden),
    panelFloats(hidden, 1 + input),
    panelFloats(hidden, 1 + hidden),
  ]) as [number, number, number];
  const rb = b + 12 * hidden;
  wasm.packAffine(zr, both, w, input, r, hidden, b, rb);
  // The candidate's two products stay apart, for the reset gate stands between them.
  wasm.packAffine(n, hidden, w + 4 * both * input, input, 0, 0, b + 4 * both, 0);
  wasm.packAffine(m, hidden, 0, 0, r + 4 * both * hidden, hidden, 0, rb + 4 * both);
  setOrZero(h, call.h0, unit);
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    const gates = cache + 4 * (at.gates + s * 4 * unit);
    const xt = x + 4 * t * input * B;
    const before = h + 4 * s * unit;
    wasm.affine(n, hidden, input, xt, 0, 0, B, gates, lens, t);
    wasm.affine(zr, both, input, xt, hidden, before, B, gates + 4 * unit, lens, t);
    wasm.affine(m, hidden, 0, 0, hidden, before, B, gates + 12 * unit, lens, t);
    wasm.gruGates(t, B, hidden, lens, gates, before, before + 4 * unit, y + 4 * t * call.yStride);
  }
  if (call.hn) copy(call.hn, h + 4 * T * unit, unit);
}

export function gruBackward(machine: Machine, call: RecurrentBackwardCall): void {
  const { wasm, scratch, setOrZero, copy, f32 } = machine;
  const { T, B, input, hidden, x, lens, dx, dy, cache } = call;
  const unit = hidden * B;
  const rows = 3 * hidden;
  const at = layout(T, unit);
  const h = cache + 4 * at.h;
  const [dh, rt, wt, n, zrm, dbn, dbzrm, x0, x1, h0, h1] = scratch([
    ...[unit, panelFloats(hidden, rows), dx ? panelFloats(input, rows) : 0],
    ...[chunkRowsFloats(hidden, B, T), chunkRowsFloats(rows, B, T), hidden + 3, rows + 3],
    ...WeightGradient.floats(input, rows, B, T),
    ...WeightGradient.floats(hidden, rows, B, T),
  ]) as number[] as [number, number, number, number, number, number, number, number, number, number, number];
  const dw = new WeightGradient(machine, input, rows, B, [x0, x1]);
  const dr = new WeightGradient(machine, hidden, rows, B, [h0, h1]);
  f32(dbn, hidden + 3).fill(0);
  f32(dbzrm, rows + 3).fill(0);
  wasm.packColumns(rt, call.r, rows, hidden);
  if (dx) wasm.gruPackInputGrad(wt, call.w, input, hidden);
  setOrZero(dh, call.dhn, unit);
  const gStep = 16 * unit;
  const chunk = chunkSteps(B, T);
  for (let end = T; end > 0; end -= chunk) {
    const start = Math.max(0, end - chunk);
    for (let s = end - 1; s >= start; s--) {
      const t = call.reverse ? T - 1 - s : s;
      const g = cache + 4 * at.gates + s * gStep;
      wasm.gruStepBackward(t, B, hidden, lens, g, h + 4 * s * unit, dy + 4 * t * call.yStride, dh);
      wasm.gemm(rt, hidden, rows, g + 4 * unit, 4 * B, B / 8, dh, 4 * B, lens, t);
      if (dx) wasm.gemm(wt, input, rows, g, 4 * B, B / 8, dx + 4 * t * input * B, 4 * B, lens, t);
    }
    const steps = end - start;
    const K = steps * B;
    const first = call.reverse ? T - 1 - start : start;
    const g = cache + 4 * at.gates + start * gStep;
    wasm.packLanes(n, g, gStep, hidden, B, steps, 4, dbn);
    wasm.packLanes(zrm, g + 4 * unit, gStep, rows, B, steps, 4, dbzrm);
    dw.take(x + 4 * first * input * B, (call.reverse ? -4 : 4) * input * B, steps);
    dr.take(h + 4 * start * unit, 4 * unit, steps);
    dw.add({ panels: zrm, rows: 2 * hidden, K }, call.dw, 0);
    dw.add({ panels: n, rows: hidden, K }, call.dw, 2 * hidden);
    dr.add({ panels: zrm, rows, K }, call.dr, 0);
  }
  dw.end(call.dw, rows);
  dr.end(call.dr, rows);
  // W's biases in the order z, r, n, R's in the order z, r, m.
  wasm.add(call.db, dbzrm, 2 * hidden);
  wasm.add(call.db + 8 * hidden, dbn, hidden);
  wasm.add(call.db + 12 * hidden, dbzrm, rows);
  if (call.dh0) copy(call.dh0, dh, unit);
}
