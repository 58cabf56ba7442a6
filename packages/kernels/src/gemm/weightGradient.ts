/**
 * Gradients of weights over a whole sequence: chunks of steps, each turned around (packLanes) and then multiplied
 * by gemm, so that both operands of every product come from the cache.
 */
import type { Machine } from '../machine.ts';
import type { Pointer } from '../trainTypes.ts';
import { chunkSteps } from './chunkSteps.ts';
import { panelFloats } from './panelFloats.ts';

/** The gradient's rows of one chunk, shared by all matrices that they belong to. */
export interface ChunkRows {
  /** Panels of these rows (see packLanes). */
  readonly panels: Pointer;
  readonly rows: number;
  /** Lanes of all steps of the chunk. */
  readonly K: number;
}

/** Floats of `rows` gradient rows of a chunk as panels. */
export function chunkRowsFloats(rows: number, B: number, T: number): number {
  return panelFloats(rows, chunkSteps(B, T) * B);
}

/** One matrix whose gradient is taken: x [N][B] a step, dw [rows, N] added to. */
export class WeightGradient {
  readonly #machine: Machine;
  readonly #N: number;
  readonly #rows: number;
  readonly #B: number;
  /** x turned around, by eight of its rows. */
  readonly #blocks: Pointer;
  /** [rows][8] of the columns beyond a multiple of 8. */
  readonly #tail: Pointer;

  /** Floats of scratch that a gradient of this size needs. */
  static floats(N: number, rows: number, B: number, T: number): number {
    return blockFloats(N, B, T) + (N % 8 ? 8 * rows : 0);
  }

  constructor(machine: Machine, N: number, rows: number, B: number, T: number, scratch: Pointer) {
    this.#machine = machine;
    this.#N = N;
    this.#rows = rows;
    this.#B = B;
    this.#blocks = scratch;
    this.#tail = scratch + 4 * blockFloats(N, B, T);
    if (N % 8) machine.f32(this.#tail, 8 * rows).fill(0);
  }

  /** Turns x of a chunk's first `lanes` around. `step` in bytes, negative when the chunk walks backwards. */
  take(x: Pointer, step: number, steps: number, lanes: number): void {
    this.#machine.wasm.packLanes(this.#blocks, x, step, this.#N, this.#B, lanes, steps, 8, 0);
  }

  /** Adds the product of a chunk to rows of dw from `row` on. */
  add({ panels, rows, K }: ChunkRows, dw: Pointer, row = 0): void {
    const { wasm } = this.#machine;
    const N = this.#N;
    const to = dw + 4 * row * N;
    for (let n = 0; n < N; n += 8) {
      const x = this.#blocks + 4 * n * K;
      if (n + 8 <= N) wasm.gemmWeights(panels, rows, K, x, 32, 1, to + 4 * n, 4 * N, 0, 0);
      else wasm.gemmWeights(panels, rows, K, x, 32, 1, this.#tail + 32 * row, 32, 0, 0);
    }
  }

  /** Adds what is left beside dw; comes last. */
  end(dw: Pointer): void {
    const columns = this.#N % 8;
    if (columns === 0) return;
    this.#machine.wasm.addColumns(dw + 4 * (this.#N - columns), this.#N, this.#tail, this.#rows, columns);
  }
}

function blockFloats(N: number, B: number, T: number): number {
  return 8 * Math.ceil(N / 8) * chunkSteps(B, T) * B;
}
