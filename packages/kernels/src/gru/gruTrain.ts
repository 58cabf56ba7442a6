/** GRU forward and backward through time over one direction: the order of the kernels and the cache's layout. */

import { walkBack } from '../gemm/chunkSteps.ts';
import { panelFloats } from '../gemm/panelFloats.ts';
import { chunkRowsFloats, WeightGradient } from '../gemm/weightGradient.ts';
import type { Machine } from '../machine.ts';
import { roundedStates } from '../round/roundedStates.ts';
import type { CachedStates, RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** In floats; gates [T][4][H][B], h [T+1][H][B], slot s+1 after step s in the order of walking, slot 0 before. */
function layout(T: number, unit: number) {
  return { gates: 0, h: 4 * T * unit, floats: (5 * T + 1) * unit };
}

export function gruCacheFloats(T: number, hidden: number, B: number): number {
  return layout(T, hidden * B).floats;
}

export function gruStates(T: number, hidden: number, B: number): CachedStates {
  return { h: layout(T, hidden * B).h };
}

export function gruForward(machine: Machine, call: RecurrentCall): void {
  const { wasm, scratch, setOrZero, copy } = machine;
  const { T, B, input, hidden, x, w, r, b, lens, y, cache } = call;
  const unit = hidden * B;
  const at = layout(T, unit);
  const h = cache + 4 * at.h;
  const both = 2 * hidden;
  const { zr, n, m } = scratch({
    zr: panelFloats(both, 1 + input + hidden),
    n: panelFloats(hidden, 1 + input),
    m: panelFloats(hidden, 1 + hidden),
  });
  const rb = b + 12 * hidden;
  wasm.packAffine(zr, both, w, input, r, hidden, b, rb);
  // The candidate's two products stay apart, for the reset gate stands between them.
  wasm.packAffine(n, hidden, w + 4 * both * input, input, 0, 0, b + 4 * both, 0);
  wasm.packAffine(m, hidden, 0, 0, r + 4 * both * hidden, hidden, 0, rb + 4 * both);
  setOrZero(h, call.h0, unit);
  const operands = roundedStates(machine, call, h, cache + 4 * at.floats);
  const quick = call.quickGates ? 1 : 0;
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    const gates = cache + 4 * (at.gates + s * 4 * unit);
    const xt = x + 4 * t * input * B;
    const before = h + 4 * s * unit;
    const operand = operands.round(s);
    wasm.affine(n, hidden, input, xt, 0, 0, B, gates, lens, t);
    wasm.affine(zr, both, input, xt, hidden, operand, B, gates + 4 * unit, lens, t);
    wasm.affine(m, hidden, 0, 0, hidden, operand, B, gates + 12 * unit, lens, t);
    wasm.gruGates(t, B, hidden, lens, gates, before, before + 4 * unit, y + 4 * t * call.yStride, quick);
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
  const { dh, rt, wt, n, zrm, dbn, dbzrm, forW, forR } = scratch({
    ...{ dh: unit, rt: panelFloats(hidden, rows), wt: dx ? panelFloats(input, rows) : 0 },
    ...{ n: chunkRowsFloats(hidden, B, T), zrm: chunkRowsFloats(rows, B, T) },
    ...{ dbn: panelFloats(hidden, 1), dbzrm: panelFloats(rows, 1) },
    forW: WeightGradient.floats(input, rows, B, T),
    forR: WeightGradient.floats(hidden, rows, B, T),
  });
  const dw = new WeightGradient(machine, input, rows, B, T, forW);
  const operands = roundedStates(machine, call, h, cache + 4 * at.floats).all;
  const dr = new WeightGradient(machine, hidden, rows, B, T, forR);
  f32(dbn, panelFloats(hidden, 1)).fill(0);
  f32(dbzrm, panelFloats(rows, 1)).fill(0);
  wasm.packColumns(rt, call.r, rows, hidden);
  if (dx) wasm.gruPackInputGrad(wt, call.w, input, hidden);
  setOrZero(dh, call.dhn, unit);
  const gates = cache + 4 * at.gates;
  const gStep = 16 * unit;
  walkBack(
    machine,
    call,
    (s, t) => {
      const g = gates + s * gStep;
      wasm.gruStepBackward(t, B, hidden, lens, g, h + 4 * s * unit, dy + 4 * t * call.yStride, dh);
      wasm.gemm(rt, hidden, rows, g + 4 * unit, 4 * B, B / 8, dh, 4 * B, lens, t);
      if (dx) wasm.gemm(wt, input, rows, g, 4 * B, B / 8, dx + 4 * t * input * B, 4 * B, lens, t);
    },
    ({ s, t, steps, lanes }) => {
      const g = gates + s * gStep;
      const K = steps * lanes;
      wasm.packLanes(n, g, gStep, hidden, B, lanes, steps, 4, dbn);
      wasm.packLanes(zrm, g + 4 * unit, gStep, rows, B, lanes, steps, 4, dbzrm);
      dw.take(x + 4 * t * input * B, (call.reverse ? -4 : 4) * input * B, steps, lanes);
      dr.take(operands + 4 * s * unit, 4 * unit, steps, lanes);
      dw.add({ panels: zrm, rows: 2 * hidden, K }, call.dw);
      dw.add({ panels: n, rows: hidden, K }, call.dw, 2 * hidden);
      dr.add({ panels: zrm, rows, K }, call.dr);
    },
  );
  dw.end(call.dw);
  dr.end(call.dr);
  // W's biases in the order z, r, n, R's in the order z, r, m.
  wasm.add(call.db, dbzrm, 2 * hidden);
  wasm.add(call.db + 8 * hidden, dbn, hidden);
  wasm.add(call.db + 12 * hidden, dbzrm, rows);
  if (call.dh0) copy(call.dh0, dh, unit);
}
