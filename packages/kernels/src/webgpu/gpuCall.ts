/** One dispatch of a kernel, described without a device: what a caller makes, and a program turns into commands. */

/** `P` is how the caller names memory: a GPUBuffer, or what becomes one later. */
export interface GpuCall<P> {
  /** An entry point of the WGSL. */
  readonly kernel: string;
  /** Its pipeline's constants, by their names in the WGSL. */
  readonly constants: Readonly<Record<string, number>>;
  /** The uniform of binding 0, in words of 32 bits; floats by `floatBits`. */
  readonly uniform: readonly number[];
  /** Storage, from binding 1 on. */
  readonly storage: readonly P[];
  /** Workgroups in each dimension. None at all where one is 0. */
  readonly groups: readonly [number, number, number];
}

/** Workgroups that WebGPU allows in one dimension. */
const WIDEST = 65_535;

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

export function floatBits(value: number): number {
  float[0] = value;
  return word[0]!;
}

/** A grid of at least so many workgroups. */
export function gridOf(groups: number): [number, number, number] {
  const across = Math.min(groups, WIDEST);
  return [across, across === 0 ? 0 : Math.ceil(groups / across), 1];
}
