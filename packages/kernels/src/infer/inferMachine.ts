/**
 * One WebAssembly instance with a memory of its own: a model's weights at the bottom, never moved, and above
 * them a workspace that every run may overwrite. Dropping the instance gives all of it back.
 */
import { RivuletError } from '@rivulet/core';
import type { Int8Kind } from './int8Kind.ts';

/** A byte offset into the memory. */
export type Pointer = number;

/** The binary's functions; what they compute stands at their definitions in infer/*.as.ts. */
export interface InferExports {
  readonly memory: WebAssembly.Memory;
  readonly heapBase: { readonly value: number };
  packMatrix(
    matrix: Pointer,
    src: Pointer,
    outputStride: number,
    inputStride: number,
    rows: number,
    padded: number,
  ): void;
  packedBytes(kind: number, N: number, K: number): number;
  scratchBytes(kind: number, K: number): number;
  multiply(
    matrix: Pointer,
    a: Pointer,
    aStride: number,
    M: number,
    c: Pointer,
    cStride: number,
    bias: Pointer,
    scratch: Pointer,
  ): void;
  recurrent(layer: Pointer): void;
  apply(kind: number, from: Pointer, to: Pointer, count: number, alpha: number, beta: number): void;
  combine(op: number, a: Pointer, aStep: number, b: Pointer, bStep: number, to: Pointer, count: number): void;
  softmax(from: Pointer, to: Pointer, rows: number, width: number, log: number): void;
}

const PAGE = 65536;
/** The lower half of the address space: above it a pointer is a negative int32, and `>> 2` no index. */
const MAX_BYTES = 2 ** 31 - PAGE;
/** To 16 bytes; by arithmetic, for `& ~15` turns negative above 2 GiB. */
const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

export class InferMachine {
  readonly int8: Int8Kind;
  readonly wasm: InferExports;
  /** Views of the whole memory, by index = pointer / 4. Taken anew when it grows: never keep one. */
  f32!: Float32Array;
  i32!: Int32Array;
  u8!: Uint8Array;
  #top: Pointer;

  constructor(module: WebAssembly.Module, int8: Int8Kind) {
    this.int8 = int8;
    const { exports } = new WebAssembly.Instance(module);
    this.wasm = exports as unknown as InferExports;
    this.#top = align(this.wasm.heapBase.value);
    this.#look();
  }

  /** Where the workspace begins: everything from here on may be overwritten by any run. */
  get workspace(): Pointer {
    return this.#top;
  }

  /** Zeroed, 16-byte aligned memory that stays for the life of the instance: for weights, before the first run. */
  alloc(bytes: number): Pointer {
    const at = this.reserve(align(bytes));
    this.#top += align(bytes);
    this.u8.fill(0, at, this.#top);
    return at;
  }

  /**
   * Makes sure that `bytes` of workspace exist, and a vector more, which kernels may read past a buffer's end.
   * @throws OUT_OF_MEMORY
   */
  reserve(bytes: number): Pointer {
    const end = this.#top + bytes + 16;
    const pages = Math.ceil((end - this.u8.length) / PAGE);
    if (pages > 0) {
      try {
        if (!(end <= MAX_BYTES)) throw new RangeError('beyond 2 GiB');
        this.wasm.memory.grow(pages);
      } catch (cause) {
        throw new RivuletError(
          'OUT_OF_MEMORY',
          `no memory for ${end} bytes`,
          { bytes: end, heldBytes: this.u8.length },
          cause,
        );
      }
      this.#look();
    }
    return this.#top;
  }

  /** A lasting copy, its length rounded up with zeros to 8 floats. */
  upload(data: Float32Array): Pointer {
    const at = this.alloc(align(data.byteLength) + 16);
    this.f32.set(data, at >> 2);
    return at;
  }

  #look(): void {
    const { buffer } = this.wasm.memory;
    this.f32 = new Float32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
  }
}
