/** Collects the steps of a program while the graph is bound to one set of input shapes. */
import type { InferMachine, Pointer } from '@rivulet/kernels/infer';
import {
  type Buffer,
  checkShape,
  checkType,
  count,
  type DeviceValue,
  type ElementType,
  type Value,
} from './value.ts';
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

  /** A new tensor. Its readers are counted by the program. @throws MODEL_SHAPE for what is no shape */
  make(shape: readonly number[], type: ElementType = 'float32'): DeviceValue {
    checkShape(shape);
    return { place: 'device', type, shape, buffer: this.#workspace.take(count(shape) * 4, 0) };
  }

  /** The same memory under another shape. */
  alias(value: DeviceValue, shape: readonly number[]): DeviceValue {
    return { ...value, shape };
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

  /** A value in the machine. @throws ONNX_PARSE when it is of another type than a kernel takes */
  device(value: Value, expected: ElementType = 'float32'): DeviceValue {
    return this.place(checkType(value, expected));
  }

  /** A value in the machine, of whatever type. */
  place(value: Value): DeviceValue {
    if (value.place === 'device') return value;
    const { type, shape, data } = value;
    const bytes = data.length * 4;
    const at = this.keep(bytes);
    this.enter(() => {
      if (type === 'float32') this.machine.f32.set(data, at >> 2);
      // Int64 "to the end" is as far as int32 goes.
      else for (let i = 0; i < data.length; i++) this.machine.i32[(at >> 2) + i] = toInt32(data[i]!);
    });
    return { place: 'device', type, shape, buffer: { at, bytes, readers: Number.POSITIVE_INFINITY } };
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

const toInt32 = (value: number): number => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), value));
