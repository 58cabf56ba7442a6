/** A matrix that is packed anew before each use. */
import type { InferMachine, Pointer } from './inferMachine.ts';
import { MATRIX_WORDS, type Matrix, wholeVectors } from './packMatrix.ts';

/**
 * A float32 matrix [gates * rows, inputs] that is computed while the model runs: packed in workspace, each gate padded
 * as `packMatrix` pads it.
 * @param from where it will lie, row-major
 * @returns the matrix, and what packs it: to be called before each use
 */
export function repackedMatrix(
  machine: InferMachine,
  { from, gates, rows, inputs }: { from: Pointer; gates: number; rows: number; inputs: number },
  allocate: (bytes: number) => Pointer,
): { readonly matrix: Matrix; pack(): void } {
  const padded = wholeVectors(rows);
  const outputs = gates * padded;
  const bytes = machine.wasm.packedBytes(0, outputs, inputs);
  const [at, panels] = [allocate(MATRIX_WORDS * 4), allocate(bytes)];
  return {
    matrix: { at, inputs, outputs, kind: 0 },
    pack() {
      machine.u8.fill(0, panels, panels + bytes);
      machine.i32.set([0, inputs, outputs, panels, 0, 0], at >> 2);
      machine.wasm.packMatrix(at, from, inputs, 1, rows, padded);
    },
  };
}
