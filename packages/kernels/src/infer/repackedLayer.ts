/** A recurrent layer whose weights the graph computes: packed anew before each run, in workspace of its node. */
import { GATES } from '@rivulet/core';
import { type CellChanges, changesBytes, paddedPeepholes, writeChanges } from './cellChanges.ts';
import type { InferMachine, Pointer } from './inferMachine.ts';
import { wholeVectors } from './packMatrix.ts';
import { packGates, type RecurrentLayer, type RecurrentShape, shapeOf, sumBiases } from './recurrentLayer.ts';
import { repackedMatrix } from './repackedMatrix.ts';

export interface ComputedWeights extends RecurrentShape {
  /** Where the graph puts them, float32: [G * H, I], [G * H, H], [2 * G * H], [3 * H]; 0: absent. */
  readonly w: Pointer;
  readonly r: Pointer;
  readonly b: Pointer;
  readonly p: Pointer;
  /** Its peepholes are those of `p`. */
  readonly changes?: CellChanges | undefined;
}

/** @returns the layer, and what packs its weights: to be called before each run of it */
export function repackedLayer(
  machine: InferMachine,
  source: ComputedWeights,
  allocate: (bytes: number) => Pointer,
): { readonly layer: RecurrentLayer; pack(): void } {
  const { cell, hidden, b, p, changes } = source;
  const packs: (() => void)[] = [];
  const matrices = packGates(source, (which, from, gates, inputs) => {
    const at = source[which] + from * hidden * inputs * 4;
    const { matrix, pack } = repackedMatrix(machine, { from: at, gates, rows: hidden, inputs }, allocate);
    packs.push(pack);
    return matrix;
  });
  const changesAt = changes ? allocate(changesBytes(changes)) : 0;
  const peepholes = p ? allocate(3 * wholeVectors(hidden) * 4) : 0;
  const rowBytes = (GATES[cell] * wholeVectors(hidden) + 8) * 4;
  const [bias, stateBias] = [allocate(rowBytes), allocate(rowBytes)];
  const floats = (at: Pointer, count: number): Float32Array =>
    machine.f32.subarray(at >> 2, (at >> 2) + count);
  return {
    layer: { ...shapeOf(source), ...matrices, bias, stateBias, changes: changesAt },
    pack() {
      for (const pack of packs) pack();
      const given = b ? floats(b, 2 * GATES[cell] * hidden) : undefined;
      const [toInput, toState] = sumBiases({ ...source, b: given });
      machine.f32.set(toInput, bias >> 2);
      machine.f32.fill(0, stateBias >> 2, (stateBias + rowBytes) >> 2);
      if (toState) machine.f32.set(toState, stateBias >> 2);
      if (changes) writeChanges(machine, changesAt, changes, peepholes);
      if (p) machine.f32.set(paddedPeepholes(floats(p, 3 * hidden), hidden), peepholes >> 2);
    },
  };
}
