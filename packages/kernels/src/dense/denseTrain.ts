/** A dense layer over every step and lane, y = W x + b, and its gradients. */

import { chunkSteps } from '../gemm/chunkSteps.ts';
import { panelFloats } from '../gemm/panelFloats.ts';
import { chunkRowsFloats, WeightGradient } from '../gemm/weightGradient.ts';
import type { Machine } from '../machine.ts';
import type { DenseBackwardCall, DenseCall } from '../trainTypes.ts';

/** Bytes from the x of a step to the next one's; windows over time overlap. */
type XStep = { readonly xStep?: number };

export function denseForward({ wasm, scratch }: Machine, call: DenseCall & XStep): void {
  const { T, B, in: K, out: M, x, y, xStep = 4 * K * B } = call;
  const { panels } = scratch({ panels: panelFloats(M, 1 + K) });
  wasm.packAffine(panels, M, call.w, K, 0, 0, call.b, 0);
  for (let t = 0; t < T; t++) wasm.affine(panels, M, K, x + t * xStep, 0, 0, B, y + 4 * t * M * B, 0, t);
}

export function denseBackward(machine: Machine, call: DenseBackwardCall & XStep): void {
  const { wasm, scratch, f32 } = machine;
  const { T, B, in: K, out: M, x, dy, dx, xStep = 4 * K * B } = call;
  const { wt, panels, db, forW } = scratch({
    ...{ wt: dx ? panelFloats(K, M) : 0, panels: chunkRowsFloats(M, B, T), db: panelFloats(M, 1) },
    forW: WeightGradient.floats(K, M, B, T),
  });
  const dw = new WeightGradient(machine, K, M, B, T, forW);
  f32(db, panelFloats(M, 1)).fill(0);
  if (dx) wasm.packColumns(wt, call.w, M, K);
  const chunk = chunkSteps(B, T);
  for (let start = 0; start < T; start += chunk) {
    const steps = Math.min(chunk, T - start);
    const g = dy + 4 * start * M * B;
    for (let t = start; dx && t < start + steps; t++) {
      wasm.gemm(wt, K, M, dy + 4 * t * M * B, 4 * B, B / 8, dx + t * xStep, 4 * B, 0, t);
    }
    wasm.packLanes(panels, g, 4 * M * B, M, B, B, steps, 4, db);
    dw.take(x + start * xStep, xStep, steps, B);
    dw.add({ panels, rows: M, K: steps * B }, call.dw);
  }
  dw.end(call.dw);
  if (call.db) wasm.add(call.db, db, M);
}
