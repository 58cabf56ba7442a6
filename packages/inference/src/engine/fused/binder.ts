/** Collects the steps of a program while the graph is bound to one set of input shapes. */
import type { InferMachine, Pointer } from '@rivulet/kernels/infer';
import { type Buffer, count, type DeviceValue, type Value } from './value.ts';
import type { Workspace } from './workspace.ts';

export class Binder {
  readonly machine: InferMachine;
  readonly #workspace: Workspace;
  /** Run in order at each call. */
  readonly steps: (() => void)[] = [];
  /** Run when the program takes over the workspace from another one. */
  readonly entering: (() => void)[] = [];
  #temporaries: Buffer[] = [];

  constructor(machine: InferMachine, workspace: Workspace) {
    this.machine = machine;
    this.#workspace = workspace;
  }

  step(run: () => void): void {
    this.steps.push(run);
  }

  /** A new tensor. Its readers are counted by the program. */
  make(shape: readonly number[]): DeviceValue {
    return { place: 'device', shape, buffer: this.#workspace.take(count(shape) * 4, 0) };
  }

  /** The same memory under another shape. */
  alias({ buffer }: DeviceValue, shape: readonly number[]): DeviceValue {
    return { place: 'device', shape, buffer };
  }

  /** Memory for the node being bound alone. */
  temporary(bytes: number): Pointer {
    const buffer = this.#workspace.take(bytes, 0);
    this.#temporaries.push(buffer);
    return buffer.at;
  }

  /** Memory that nobody else in this program touches: what `enter` writes stays. */
  keep(bytes: number): Pointer {
    return this.#workspace.takeNew(bytes, Number.POSITIVE_INFINITY).at;
  }

  enter(write: () => void): void {
    this.entering.push(write);
  }

  /** A value in the machine, as float32 or, for lengths, int32. */
  device(value: Value, kind: 'float32' | 'int32' = 'float32'): DeviceValue {
    if (value.place === 'device') return value;
    const bytes = value.data.length * 4;
    const at = this.keep(bytes);
    this.enter(() => (kind === 'int32' ? this.machine.i32 : this.machine.f32).set(value.data, at >> 2));
    return {
      place: 'device',
      shape: value.shape,
      buffer: { at, bytes, readers: Number.POSITIVE_INFINITY },
    };
  }

  /** Called between nodes. */
  endNode(): void {
    for (const buffer of this.#temporaries) this.#workspace.give(buffer);
    this.#temporaries = [];
  }

  addReaders(value: Value, readers: number): void {
    if (value.place === 'host') return;
    value.buffer.readers += readers;
    if (value.buffer.readers === 0) this.#workspace.give(value.buffer);
  }
}
