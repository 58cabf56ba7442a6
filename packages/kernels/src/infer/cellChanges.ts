/** What ONNX lets a node change of its cell, as the kernels read it (changedCells.as.ts). */
import type { Activation, ActivationName } from '@rivulet/core';
import type { InferMachine, Pointer } from './inferMachine.ts';
import { wholeVectors } from './packMatrix.ts';

export interface CellChanges {
  /** As many as the cell has, in ONNX's order: RNN f, GRU f g, LSTM f g h. */
  readonly functions: readonly Activation[];
  /** Bounds what goes into a gate's activation; 0: no bounds. */
  readonly clip: number;
  /** LSTM only: the forget gate is 1 - i. */
  readonly inputForget: boolean;
  /** [3 * hidden] LSTM only: of i, o and f; absent is zero. */
  readonly peepholes?: ArrayLike<number> | undefined;
}

/** The numbers of activate.as.ts, which `apply` takes as well. */
export const ACTIVATION_CODES: Readonly<Record<ActivationName, number>> = {
  relu: 0,
  tanh: 1,
  sigmoid: 2,
  affine: 3,
  leakyrelu: 4,
  thresholdedrelu: 5,
  scaledtanh: 6,
  hardsigmoid: 7,
  elu: 8,
  softsign: 9,
  softplus: 10,
};

/** Words before the functions, and of each function. */
const [HEAD, EACH] = [3, 3];

/** Bytes that `writeChanges` fills. */
export const changesBytes = ({ functions }: CellChanges): number => (HEAD + EACH * functions.length) * 4;

/** @param peepholes where their padded rows lie, 0: none */
export function writeChanges(
  machine: InferMachine,
  at: Pointer,
  { functions, clip, inputForget }: CellChanges,
  peepholes: Pointer,
): void {
  const word = at >> 2;
  machine.f32[word] = clip || Number.POSITIVE_INFINITY;
  machine.i32.set([inputForget ? 1 : 0, peepholes], word + 1);
  functions.forEach(({ name, alpha, beta }, i) => {
    machine.i32[word + HEAD + EACH * i] = ACTIVATION_CODES[name];
    machine.f32.set([alpha, beta], word + HEAD + EACH * i + 1);
  });
}

/** @returns where they lie for good */
export function packChanges(machine: InferMachine, changes: CellChanges, hidden: number): Pointer {
  const { peepholes } = changes;
  const at = machine.alloc(changesBytes(changes));
  const rows = peepholes ? machine.upload(paddedPeepholes(peepholes, hidden)) : 0;
  writeChanges(machine, at, changes, rows);
  return at;
}

/** Three rows, each of whole vectors. */
export function paddedPeepholes(peepholes: ArrayLike<number>, hidden: number): Float32Array {
  const padded = wholeVectors(hidden);
  const rows = new Float32Array(3 * padded);
  for (let i = 0; i < 3 * hidden; i++) {
    const gate = Math.floor(i / hidden);
    rows[gate * padded + (i - gate * hidden)] = peepholes[i]!;
  }
  return rows;
}
