/** LSTM forward and backward through time over one direction: the order of the kernels and the cache's layout. */

import { walkBack } from '../gemm/chunkSteps.ts';
import { panelFloats } from '../gemm/panelFloats.ts';
import { chunkRowsFloats, WeightGradient } from '../gemm/weightGradient.ts';
import type { Machine } from '../machine.ts';
import { roundedStates } from '../round/roundedStates.ts';
import type { CachedStates, RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

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

export function lstmStates(T: number, hidden: number, B: number): CachedStates {
  const { h, c } = layout(T, hidden * B);
  return { h, c };
}

export function lstmForward(machine: Machine, call: RecurrentCall): void {
  const { wasm, scratch, setOrZero, copy } = machine;
  const { T, B, input, hidden, x, lens, y, cache } = call;
  const unit = hidden * B;
  const rows = 4 * hidden;
  const at = layout(T, unit);
  const [c, h] = [cache + 4 * at.c, cache + 4 * at.h];
  const { panels } = scratch({ panels: panelFloats(rows, 1 + input + hidden) });
  wasm.packAffine(panels, rows, call.w, input, call.r, hidden, call.b, call.b + 4 * rows);
  setOrZero(c, call.c0, unit);
  setOrZero(h, call.h0, unit);
  const operands = roundedStates(machine, call, h, cache + 4 * at.floats);
  const quick = call.quickGates ? 1 : 0;
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    const gates = cache + 4 * (at.gates + s * 4 * unit);
    const tc = cache + 4 * (at.tc + s * unit);
    const [c0, h0] = [c + 4 * s * unit, h + 4 * s * unit];
    wasm.affine(panels, rows, input, x + 4 * t * input * B, hidden, operands.round(s), B, gates, lens, t);
    const yt = y + 4 * t * call.yStride;
    wasm.lstmGates(t, B, hidden, lens, gates, tc, c0, h0, c0 + 4 * unit, h0 + 4 * unit, yt, quick);
  }
  if (call.cn) copy(call.cn, c + 4 * T * unit, unit);
  if (call.hn) copy(call.hn, h + 4 * T * unit, unit);
}

export function lstmBackward(machine: Machine, call: RecurrentBackwardCall): void {
  const { wasm, scratch, setOrZero, copy, f32 } = machine;
  const { T, B, input, hidden, x, lens, dx, dy, cache } = call;
  const unit = hidden * B;
  const rows = 4 * hidden;
  const at = layout(T, unit);
  const gates = cache + 4 * at.gates;
  const [c, h] = [cache + 4 * at.c, cache + 4 * at.h];
  const { dh, dc, rt, wt, panels, db, forW, forR } = scratch({
    ...{ dh: unit, dc: unit, rt: panelFloats(hidden, rows), wt: dx ? panelFloats(input, rows) : 0 },
    ...{ panels: chunkRowsFloats(rows, B, T), db: rows },
    forW: WeightGradient.floats(input, rows, B, T),
    forR: WeightGradient.floats(hidden, rows, B, T),
  });
  const dw = new WeightGradient(machine, input, rows, B, T, forW);
  const operands = roundedStates(machine, call, h, cache + 4 * at.floats).all;
  const dr = new WeightGradient(machine, hidden, rows, B, T, forR);
  f32(db, rows).fill(0);
  wasm.packColumns(rt, call.r, rows, hidden);
  if (dx) wasm.packColumns(wt, call.w, rows, input);
  setOrZero(dh, call.dhn, unit);
  setOrZero(dc, call.dcn, unit);
  walkBack(
    machine,
    call,
    (s, t) => {
      const g = gates + 4 * s * rows * B;
      const tc = cache + 4 * (at.tc + s * unit);
      const before = c + 4 * s * unit;
      wasm.lstmStepBackward(t, B, hidden, lens, g, tc, before, dy + 4 * t * call.yStride, dh, dc);
      wasm.gemm(rt, hidden, rows, g, 4 * B, B / 8, dh, 4 * B, lens, t);
      if (dx) wasm.gemm(wt, input, rows, g, 4 * B, B / 8, dx + 4 * t * input * B, 4 * B, lens, t);
    },
    ({ s, t, steps, lanes }) => {
      const K = steps * lanes;
      wasm.packLanes(panels, gates + 4 * s * rows * B, 4 * rows * B, rows, B, lanes, steps, 4, db);
      dw.take(x + 4 * t * input * B, (call.reverse ? -4 : 4) * input * B, steps, lanes);
      dr.take(operands + 4 * s * unit, 4 * unit, steps, lanes);
      dw.add({ panels, rows, K }, call.dw);
      dr.add({ panels, rows, K }, call.dr);
    },
  );
  dw.end(call.dw);
  dr.end(call.dr);
  wasm.add(call.db, db, rows);
  wasm.add(call.db + 4 * rows, db, rows);
  if (call.dh0) copy(call.dh0, dh, unit);
  if (call.dc0) copy(call.dc0, dc, unit);
}
