/** Puts a constant matrix into a machine's memory, in the order its kernels read (matrix.as.ts). */
import { RivuletError } from '@rivulet/core';
import type { InferMachine, Pointer } from './inferMachine.ts';

/** Levels that activations are rounded to, whatever row they stand in: level * scale, from `lowest` to `highest`. */
export interface ActivationLevels {
  readonly scale: number;
  /** At most 0, the level of 0. */
  readonly lowest: number;
  readonly highest: number;
}

export interface MatrixSource {
  /** float32, or int8 with a scale for each output. */
  readonly data: Float32Array | Int8Array;
  /** [outputs] weight = scale * int8; needed with int8. */
  readonly scales?: Float32Array | undefined;
  readonly outputs: number;
  readonly inputs: number;
  /** Elements from one output to the next; default: row-major [outputs, inputs]. */
  readonly outputStride?: number;
  readonly inputStride?: number;
  /** Outputs come in this many equal parts, each padded to a multiple of 4 with columns of zeros. Default: not. */
  readonly gates?: number;
  /** With int8. A machine that has fewer levels takes wider ones over the same range. Default: each row has its own. */
  readonly range?: ActivationLevels | undefined;
}

export interface Matrix {
  readonly at: Pointer;
  /** K */
  readonly inputs: number;
  /** N, with the columns that pad the gates. */
  readonly outputs: number;
  /** Of matrix.as.ts. */
  readonly kind: number;
}

/** Words of a descriptor, see matrix.as.ts. */
export const MATRIX_WORDS = 10;
const LEVELS = 6;
const RANGE = 7;

/** Units of a gate with those that fill its last vector. */
export const wholeVectors = (units: number): number => (units + 3) & ~3;

export function packMatrix(machine: InferMachine, source: MatrixSource): Matrix {
  const { data, scales, outputs, inputs, outputStride = inputs, inputStride = 1, gates, range } = source;
  const int8 = data instanceof Int8Array;
  if (int8 && scales?.length !== outputs) {
    throw new RivuletError('TENSOR_SHAPE', `int8 weights of ${outputs} rows need as many scales`, {
      expected: [outputs],
      got: [scales?.length ?? 0],
    });
  }
  const rows = outputs / (gates ?? 1);
  const padded = gates === undefined ? rows : wholeVectors(rows);
  const N = padded * (gates ?? 1);
  const kind = int8 ? machine.int8.kind : 0;

  // The kernels count bytes in 32 bits: what would not fit must be refused before they are asked.
  machine.reserve(Math.ceil(N / 32) * 32 * (inputs + 3) * (int8 ? 1 : 4));
  const at = machine.alloc(MATRIX_WORDS * 4);
  const panels = machine.alloc(machine.wasm.packedBytes(kind, N, inputs));
  // Kernels read them in groups of 32 columns.
  const perColumn = int8 ? ((N + 31) & ~31) * 4 : 0;
  const scalesAt = machine.alloc(perColumn);
  const offsetsAt = machine.alloc(perColumn);
  machine.i32.set([kind, inputs, N, panels, scalesAt, offsetsAt], at >> 2);
  if (int8) {
    machine.f32[(at >> 2) + LEVELS] = machine.int8.levels;
    for (let gate = 0; gate * rows < outputs; gate++) {
      machine.f32.set(scales!.subarray(gate * rows, (gate + 1) * rows), (scalesAt >> 2) + gate * padded);
    }
  }
  // The raw weights pass through the workspace, which nobody uses before the first run.
  const staged = machine.reserve(data.byteLength);
  machine.u8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), staged);
  machine.wasm.packMatrix(at, staged, outputStride, inputStride, rows, padded);
  if (int8 && range) {
    const { scale, lowest, highest } = range;
    const wider = Math.max(1, Math.max(-lowest, highest) / machine.f32[(at >> 2) + LEVELS]!);
    const levels = [lowest, highest].map((level) => Math.round(level / wider));
    machine.f32.set([scale * wider, ...levels], (at >> 2) + RANGE);
  }
  return { at, inputs, outputs: N, kind };
}

/** Bytes of scratch that `multiply` needs for `rows` rows of activations. */
export function scratchBytes(machine: InferMachine, { kind, inputs }: Matrix, rows: number): number {
  return machine.wasm.scratchBytes(kind, inputs) * rows;
}
