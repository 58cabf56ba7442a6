/**
 * One instance of the training kernels with its memory: a stack arena for the caller, and scratch above its top
 * that lives only within one call.
 */
import { RivuletError } from '@rivulet/core';
import type { TrainExports } from './trainExports.ts';
import type { Pointer } from './trainTypes.ts';

const PAGE = 65536;
/** WebAssembly's 32-bit address space. */
const MAX_BYTES = 65536 * PAGE;
/** Growing copies nothing but detaches every view; steps of 1 MiB make it rare. */
const GROW = 16 * PAGE;

/** To 16 bytes; by arithmetic, for `& ~15` would turn negative above 2 GiB. */
const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

export class Machine {
  readonly wasm: TrainExports;
  readonly memory: WebAssembly.Memory;
  readonly #base: number;
  #top: number;

  constructor(wasm: TrainExports) {
    this.wasm = wasm;
    this.memory = wasm.memory;
    this.#base = align(wasm.heapBase.value);
    this.#top = this.#base;
  }

  alloc = (floats: number): Pointer => {
    const at = this.#top;
    this.#reserve(at, floats);
    this.#top = at + align(floats * 4);
    new Uint8Array(this.memory.buffer, at, this.#top - at).fill(0);
    return at;
  };

  mark = (): number => this.#top;

  release = (mark: number): void => {
    if (!(mark >= this.#base && mark <= this.#top)) {
      throw new RivuletError('ARGUMENT', `cannot release to ${mark}: the arena ends at ${this.#top}`, {
        mark,
        top: this.#top,
      });
    }
    this.#top = mark;
  };

  /** Places above the arena by name, with whatever stood there; gone with the next alloc or scratch. */
  scratch = <K extends string>(floats: Readonly<Record<K, number>>): Record<K, Pointer> => {
    let end = this.#top;
    const places = {} as Record<K, Pointer>;
    for (const name in floats) {
      places[name] = end;
      end += align(floats[name] * 4);
    }
    this.#reserve(this.#top, (end - this.#top) / 4);
    return places;
  };

  f32 = (ptr: Pointer, floats: number): Float32Array<ArrayBuffer> =>
    new Float32Array(this.memory.buffer, ptr, floats);

  i32 = (ptr: Pointer, count: number): Int32Array<ArrayBuffer> =>
    new Int32Array(this.memory.buffer, ptr, count);

  copy = (to: Pointer, from: Pointer, floats: number): void => {
    new Uint8Array(this.memory.buffer).copyWithin(to, from, from + 4 * floats);
  };

  /** Copies a state that may be absent, which then is zeros. */
  setOrZero = (to: Pointer, from: Pointer, floats: number): void => {
    if (from) this.copy(to, from, floats);
    else this.f32(to, floats).fill(0);
  };

  #reserve(at: number, floats: number): void {
    const end = at + align(floats * 4);
    const { byteLength } = this.memory.buffer;
    if (end <= byteLength) return;
    try {
      if (!(end <= MAX_BYTES)) throw new RangeError('beyond 4 GiB');
      const wanted = Math.min(MAX_BYTES, Math.ceil(end / GROW) * GROW);
      this.memory.grow((wanted - byteLength) / PAGE);
    } catch (cause) {
      throw new RivuletError(
        'OUT_OF_MEMORY',
        `training kernels need ${end} bytes and have ${byteLength}`,
        { needed: end, have: byteLength },
        cause,
      );
    }
  }
}
