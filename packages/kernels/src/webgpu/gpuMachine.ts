/** What one model has on the GPU: its buffers, on a device that it shares. Destroying gives all of them back. */
import { RivuletError } from '@rivulet/core';
import { type EnteredGpu, enterGpuDevice, type GpuDevice, type GpuLimits } from './gpuDevice.ts';
import { BUFFER } from './gpuFlags.ts';

/** @throws ENGINE_UNAVAILABLE { reason } */
export async function openGpuMachine(): Promise<GpuMachine> {
  return new GpuMachine(await enterGpuDevice());
}

export class GpuMachine {
  readonly gpu: GpuDevice;
  readonly #leave: () => void;
  readonly #buffers = new Set<GPUBuffer>();
  #destroyed = false;

  constructor({ device, leave }: EnteredGpu) {
    this.gpu = device;
    this.#leave = leave;
  }

  get limits(): GpuLimits {
    return this.gpu.limits;
  }

  /** Storage of at least so many bytes. @throws OUT_OF_MEMORY for more than the device binds */
  buffer(bytes: number): GPUBuffer {
    return this.create({
      size: this.#sizeOf(bytes),
      usage: BUFFER.STORAGE | BUFFER.COPY_SRC | BUFFER.COPY_DST,
    });
  }

  /** A copy in storage. @throws OUT_OF_MEMORY */
  upload(data: Float32Array | Int32Array): GPUBuffer {
    const buffer = this.create({
      size: this.#sizeOf(data.byteLength),
      usage: BUFFER.STORAGE | BUFFER.COPY_SRC | BUFFER.COPY_DST,
      mappedAtCreation: true,
    });
    const to = new Uint8Array(buffer.getMappedRange());
    to.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    buffer.unmap();
    return buffer;
  }

  /** Any buffer, given back with the others. */
  create(descriptor: GPUBufferDescriptor): GPUBuffer {
    const buffer = this.gpu.device.createBuffer(descriptor);
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Before the others. */
  free(buffer: GPUBuffer): void {
    buffer.destroy();
    this.#buffers.delete(buffer);
  }

  #sizeOf(bytes: number): number {
    if (!(bytes <= this.limits.bufferBytes)) {
      throw new RivuletError(
        'OUT_OF_MEMORY',
        `a tensor of ${bytes} bytes is more than this GPU binds, ${this.limits.bufferBytes}`,
        { bytes, limit: this.limits.bufferBytes },
      );
    }
    return Math.max(16, 4 * Math.ceil(bytes / 4));
  }

  /** Twice is once. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#leave();
  }
}
