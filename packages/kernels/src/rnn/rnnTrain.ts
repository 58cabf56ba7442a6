/** RNN (tanh or relu) forward and backward through time over one direction. */

import { chunkSteps, walkBack } from '../gemm/chunkSteps.ts';
import { panelFloats } from '../gemm/panelFloats.ts';
import { chunkRowsFloats, WeightGradient } from '../gemm/weightGradient.ts';
import type { Machine } from '../machine.ts';
import { roundedStates } from '../round/roundedStates.ts';
import type { CachedStates, RecurrentBackwardCall, RecurrentCall } from '../trainTypes.ts';

/** In floats; h [T+1][H][B], slot s+1 after step s in the order of walking, slot 0 before. */
export function rnnCacheFloats(T: number, hidden: number, B: number): number {
  return (T + 1) * hidden * B;
}

export function rnnStates(): CachedStates {
  return { h: 0 };
}

export function rnnForward(machine: Machine, call: RecurrentCall): void {
  const { wasm, scratch, setOrZero, copy } = machine;
  const { T, B, input, hidden, x, lens, y, cache: h } = call;
  const unit = hidden * B;
  const relu = call.activation === 'relu' ? 1 : 0;
  const { panels } = scratch({ panels: panelFloats(hidden, 1 + input + hidden) });
  wasm.packAffine(panels, hidden, call.w, input, call.r, hidden, call.b, call.b + 4 * hidden);
  setOrZero(h, call.h0, unit);
  const operands = roundedStates(machine, call, h, h + 4 * (T + 1) * unit);
  for (let s = 0; s < T; s++) {
    const t = call.reverse ? T - 1 - s : s;
    const before = h + 4 * s * unit;
    const after = before + 4 * unit;
    wasm.affine(panels, hidden, input, x + 4 * t * input * B, hidden, operands.round(s), B, after, lens, t);
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
  const { dh, gates, rt, wt, panels, db, forW, forR } = scratch({
    ...{ dh: unit, gates: chunk * unit },
    ...{ rt: panelFloats(hidden, hidden), wt: dx ? panelFloats(input, hidden) : 0 },
    ...{ panels: chunkRowsFloats(hidden, B, T), db: panelFloats(hidden, 1) },
    forW: WeightGradient.floats(input, hidden, B, T),
    forR: WeightGradient.floats(hidden, hidden, B, T),
  });
  const dw = new WeightGradient(machine, input, hidden, B, T, forW);
  const operands = roundedStates(machine, call, h, h + 4 * (T + 1) * unit).all;
  const dr = new WeightGradient(machine, hidden, hidden, B, T, forR);
  f32(db, panelFloats(hidden, 1)).fill(0);
  wasm.packColumns(rt, call.r, hidden, hidden);
  if (dx) wasm.packColumns(wt, call.w, hidden, input);
  setOrZero(dh, call.dhn, unit);
  // The cache holds no gates: a chunk's gradients have slots of their own, the last step's the first.
  const slot = (s: number): number => gates + 4 * ((T - 1 - s) % chunk) * unit;
  walkBack(
    machine,
    call,
    (s, t) => {
      const g = slot(s);
      const after = h + 4 * (s + 1) * unit;
      wasm.rnnStepBackward(t, B, hidden, lens, after, dy + 4 * t * call.yStride, dh, g, relu);
      wasm.gemm(rt, hidden, hidden, g, 4 * B, B / 8, dh, 4 * B, lens, t);
      if (dx) wasm.gemm(wt, input, hidden, g, 4 * B, B / 8, dx + 4 * t * input * B, 4 * B, lens, t);
    },
    ({ s, t, steps, lanes }) => {
      const K = steps * lanes;
      wasm.packLanes(panels, slot(s), -4 * unit, hidden, B, lanes, steps, 4, db);
      dw.take(x + 4 * t * input * B, (call.reverse ? -4 : 4) * input * B, steps, lanes);
      dr.take(operands + 4 * s * unit, 4 * unit, steps, lanes);
      dw.add({ panels, rows: hidden, K }, call.dw);
      dr.add({ panels, rows: hidden, K }, call.dr);
    },
  );
  dw.end(call.dw);
  dr.end(call.dr);
  wasm.add(call.db, db, hidden);
  wasm.add(call.db + 4 * hidden, db, hidden);
  if (call.dh0) copy(call.dh0, dh, unit);
}
