/** Dispatches with their pipelines and memory: encoded anew for each run, decided once. */
import type { GpuCall } from './gpuCall.ts';
import { BUFFER, MAP } from './gpuFlags.ts';
import type { GpuMachine } from './gpuMachine.ts';

/** Offsets of uniforms are multiples of this on every device. */
const UNIFORM_BYTES = 256;

export interface GpuRead {
  readonly from: GPUBuffer;
  /** A multiple of 4. */
  readonly bytes: number;
}

export interface GpuWrite {
  readonly to: GPUBuffer;
  readonly data: Float32Array | Int32Array;
}

export class GpuProgram {
  readonly #machine: GpuMachine;
  readonly #calls: readonly GpuCall<GPUBuffer>[];
  readonly #pipelines: readonly GPUComputePipeline[];
  readonly #groups: readonly GPUBindGroup[];
  readonly #uniforms: GPUBuffer;
  #results: GPUBuffer | undefined;

  private constructor(
    machine: GpuMachine,
    calls: readonly GpuCall<GPUBuffer>[],
    pipelines: readonly GPUComputePipeline[],
    uniforms: GPUBuffer,
    groups: readonly GPUBindGroup[],
  ) {
    this.#machine = machine;
    this.#calls = calls;
    this.#pipelines = pipelines;
    this.#uniforms = uniforms;
    this.#groups = groups;
  }

  /** @throws OUT_OF_MEMORY, INTERNAL */
  static async prepare(machine: GpuMachine, all: readonly GpuCall<GPUBuffer>[]): Promise<GpuProgram> {
    const calls = all.filter(({ groups }) => !groups.includes(0));
    const pipelines = await Promise.all(calls.map((call) => machine.gpu.pipeline(call)));
    const { gpu } = machine;
    return gpu.guarded(() => {
      const size = UNIFORM_BYTES * Math.max(1, calls.length);
      const uniforms = machine.create({ size, usage: BUFFER.UNIFORM, mappedAtCreation: true });
      const words = new Uint32Array(uniforms.getMappedRange());
      const groups = calls.map(({ uniform, storage }, i) => {
        words.set(uniform, (i * UNIFORM_BYTES) / 4);
        const resource = { buffer: uniforms, offset: i * UNIFORM_BYTES, size: UNIFORM_BYTES };
        return gpu.device.createBindGroup({
          layout: pipelines[i]!.getBindGroupLayout(0),
          entries: [
            { binding: 0, resource },
            ...storage.map((buffer, at) => ({ binding: at + 1, resource: { buffer } })),
          ],
        });
      });
      uniforms.unmap();
      return new GpuProgram(machine, calls, pipelines, uniforms, groups);
    });
  }

  /** @returns the bytes of each read, once everything has run. Not to be called again before. */
  run(writes: readonly GpuWrite[], reads: readonly GpuRead[]): Promise<ArrayBuffer[]> {
    return this.#machine.gpu.guarded(async () => {
      const { device } = this.#machine.gpu;
      for (const { to, data } of writes) device.queue.writeBuffer(to, 0, data as Float32Array<ArrayBuffer>);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      this.#calls.forEach(({ groups }, i) => {
        pass.setPipeline(this.#pipelines[i]!);
        pass.setBindGroup(0, this.#groups[i]!);
        pass.dispatchWorkgroups(...groups);
      });
      pass.end();
      const results = this.#resultsOf(reads.reduce((sum, { bytes }) => sum + bytes, 0));
      let at = 0;
      for (const { from, bytes } of reads) {
        if (bytes > 0) encoder.copyBufferToBuffer(from, 0, results, at, bytes);
        at += bytes;
      }
      device.queue.submit([encoder.finish()]);
      await results.mapAsync(MAP.READ);
      const mapped = results.getMappedRange();
      at = 0;
      const copies = reads.map(({ bytes }) => mapped.slice(at, (at += bytes)));
      results.unmap();
      return copies;
    });
  }

  #resultsOf(bytes: number): GPUBuffer {
    if (this.#results && this.#results.size >= bytes) return this.#results;
    if (this.#results) this.#machine.free(this.#results);
    this.#results = this.#machine.create({
      size: Math.max(16, bytes),
      usage: BUFFER.MAP_READ | BUFFER.COPY_DST,
    });
    return this.#results;
  }

  /** Its own memory; what its calls read and write is the caller's. */
  destroy(): void {
    this.#machine.free(this.#uniforms);
    if (this.#results) this.#machine.free(this.#results);
  }
}
