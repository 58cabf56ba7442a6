/** Memory that the programs of one model share: only one of them runs at a time. */
import type { GpuMachine } from '@rivulet/kernels/webgpu';

/** Smaller buffers are not worth making anew for another shape. */
const SMALLEST = 4096;

export class GpuPool {
  readonly #machine: GpuMachine;
  readonly #buffers: GPUBuffer[] = [];
  #version = 0;

  constructor(machine: GpuMachine) {
    this.#machine = machine;
  }

  /** Another number: buffers that a program was given before may be gone. */
  get version(): number {
    return this.#version;
  }

  /** @returns a buffer for each size. Grown by powers of two: a word that grows asks for ever more. @throws OUT_OF_MEMORY */
  buffers(sizes: readonly number[]): readonly GPUBuffer[] {
    return sizes.map((bytes, i) => {
      const old = this.#buffers[i];
      if (old && old.size >= bytes) return old;
      const { bufferBytes } = this.#machine.limits;
      const size = Math.max(
        bytes,
        Math.min(bufferBytes, Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)))),
      );
      const made = this.#machine.buffer(size);
      if (old) {
        this.#machine.free(old);
        this.#version++;
      }
      this.#buffers[i] = made;
      return made;
    });
  }
}
