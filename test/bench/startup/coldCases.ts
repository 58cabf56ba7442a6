/** What the startup bench opens: the same file for both engines, and what its first call is fed. */
import { readFileSync } from 'node:fs';
import { stackBytes } from '../../parity/graphs.ts';

export interface FirstCall {
  /** Where the bench's server has the model, or its path. */
  readonly location: string;
  /** Of its input `x`. */
  readonly shape: readonly [T: number, B: number, F: number];
}

export interface ColdCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly shape: FirstCall['shape'];
}

export const COLD_CASES: readonly ColdCase[] = [
  {
    name: 'LSTM 1x64',
    bytes: stackBytes({ seed: 1, input: 16, layers: [{ op: 'LSTM', hidden: 64 }] }),
    shape: [1, 1, 16],
  },
  {
    name: 'handwriting-en, int8',
    bytes: readFileSync(new URL('../../../models/handwriting-en/model.int8.onnx', import.meta.url)),
    shape: [90, 1, 7],
  },
];
