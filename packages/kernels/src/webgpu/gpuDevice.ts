/**
 * The GPU device of this page or worker, and the pipelines on it: one for all models, opened with the first of them and
 * destroyed with the last.
 */
import { RivuletError } from '@rivulet/core';
import type { GpuCall } from './gpuCall.ts';
import { wgsl } from './wgsl.ts';

export interface GpuLimits {
  /** Of one workgroup. */
  readonly threads: number;
  readonly workgroupBytes: number;
  /** Of one tensor. */
  readonly bufferBytes: number;
}

export interface GpuAdapterInfo {
  /** As the browser tells it, which is little: `nvidia hopper`, `google swiftshader`. */
  readonly name: string;
  /** The adapter computes on the processor: right, and slow. */
  readonly fallback: boolean;
}

/** How long a failure waits to hear whether the device is lost. */
const LOSS_MS = 100;

const unavailable = (reason: string, cause?: unknown): RivuletError =>
  new RivuletError('ENGINE_UNAVAILABLE', `no WebGPU here: ${reason}`, { engine: 'webgpu', reason }, cause);

/** @throws ENGINE_UNAVAILABLE { reason } */
async function requestAdapter(): Promise<GPUAdapter> {
  const gpu = globalThis.navigator?.gpu;
  if (!gpu) throw unavailable('this runtime has no navigator.gpu (a page needs https or localhost for it)');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch((cause) => {
    throw unavailable(`no adapter could be asked for (${cause})`, cause);
  });
  if (!adapter) throw unavailable('the browser has no GPU adapter');
  return adapter;
}

function infoOf({ info }: GPUAdapter): GpuAdapterInfo {
  const name = [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') || 'unknown';
  return { name, fallback: info.isFallbackAdapter === true };
}

/** What would compute, without starting it; undefined where nothing would. */
export async function gpuAdapterInfo(): Promise<GpuAdapterInfo | undefined> {
  try {
    return infoOf(await requestAdapter());
  } catch {
    return undefined;
  }
}

interface Opened {
  readonly device: Promise<GpuDevice>;
  users: number;
}

let current: Opened | undefined;

export interface EnteredGpu {
  readonly device: GpuDevice;
  /** Once. The last one to leave destroys the device. */
  leave(): void;
}

/** @returns the device that is open, or a new one. @throws ENGINE_UNAVAILABLE { reason } */
export async function enterGpuDevice(): Promise<EnteredGpu> {
  current ??= { device: openDevice(), users: 0 };
  const opened = current;
  opened.users++;
  const forget = (): void => {
    if (current === opened) current = undefined;
  };
  try {
    const device = await opened.device;
    device.device.lost.then(forget);
    return {
      device,
      leave() {
        if (--opened.users > 0) return;
        forget();
        device.device.destroy();
      },
    };
  } catch (error) {
    forget();
    throw error;
  }
}

async function openDevice(): Promise<GpuDevice> {
  const [adapter, code] = await Promise.all([requestAdapter(), wgsl()]);
  const { limits } = adapter;
  const device = await adapter
    .requestDevice({
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      },
    })
    .catch((cause) => {
      throw unavailable(`the adapter gives no device (${cause})`, cause);
    });
  const module = device.createShaderModule({ code, label: 'rivulet' });
  const { messages } = await module.getCompilationInfo();
  const wrong = messages.find(({ type }) => type === 'error');
  if (wrong) {
    device.destroy();
    throw unavailable(`the kernels did not compile, line ${wrong.lineNum}: ${wrong.message}`);
  }
  return new GpuDevice(device, module, infoOf(adapter));
}

export class GpuDevice {
  readonly device: GPUDevice;
  readonly adapter: GpuAdapterInfo;
  readonly limits: GpuLimits;
  readonly #module: GPUShaderModule;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  #lost: string | undefined;

  constructor(device: GPUDevice, module: GPUShaderModule, adapter: GpuAdapterInfo) {
    this.device = device;
    this.adapter = adapter;
    this.#module = module;
    const { limits } = device;
    this.limits = {
      threads: limits.maxComputeInvocationsPerWorkgroup,
      workgroupBytes: limits.maxComputeWorkgroupStorageSize,
      bufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    };
    device.lost.then(({ message, reason }) => {
      this.#lost = message || reason;
    });
  }

  /** Why the device is gone, once it is. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** The same, for whoever has just failed: a loss is told a moment after what it breaks. */
  async whyLost(): Promise<string | undefined> {
    await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_MS))]);
    return this.#lost;
  }

  /** Compiled once for the same kernel and constants. */
  pipeline({
    kernel,
    constants,
  }: Pick<GpuCall<unknown>, 'kernel' | 'constants'>): Promise<GPUComputePipeline> {
    const key = `${kernel} ${JSON.stringify(constants)}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: this.#module, entryPoint: kernel, constants },
      });
      pipeline.catch(() => this.#pipelines.delete(key));
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /**
   * Does what may fail for want of memory, or because of a mistake of ours, and waits for the answer.
   * @throws OUT_OF_MEMORY, INTERNAL
   */
  async guarded<T>(work: () => T | Promise<T>): Promise<T> {
    const { device } = this;
    const scopes = ['validation', 'internal', 'out-of-memory'] as const;
    for (const scope of scopes) device.pushErrorScope(scope);
    // Begun in this very turn, so the scopes end where it waits; what they caught explains what it rejects with.
    const done = Promise.allSettled([(async () => work())()]);
    const caught = await Promise.allSettled(scopes.map(() => device.popErrorScope()));
    const [memory, internal, invalid] = caught.map((scope) =>
      scope.status === 'fulfilled' ? scope.value : null,
    );
    if (memory) throw new RivuletError('OUT_OF_MEMORY', `the GPU has no memory: ${memory.message}`, {});
    const mistake = internal ?? invalid;
    if (mistake) {
      throw new RivuletError('INTERNAL', `WebGPU: ${mistake.message}`, { reason: mistake.message });
    }
    const [made] = await done;
    if (made.status === 'rejected') throw made.reason;
    return made.value;
  }
}
