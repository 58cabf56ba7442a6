/**
 * Collects the dispatches of a program while the graph is bound to one set of input shapes. Nothing is on the GPU yet:
 * a place is a number, and how many bytes it needs is known once everything is bound.
 */
import { FAULT_WORDS, type GpuCall, type GpuMachine, withinCall } from '@rivulet/kernels/webgpu';
import type { NodeBinder } from '../fused/program.ts';
import {
  checkShape,
  checkType,
  count,
  type DeviceValue,
  type ElementType,
  type Value,
} from '../fused/value.ts';

/** A weight's buffer; or one of the program's places from 0 on; -1 - i is the session's i-th pinned constant. */
export type GpuPlace = GPUBuffer | number;

/** Bytes that a program shares with others, or numbers of its own. */
export type PlaceNeed = { bytes: number } | { readonly data: Float32Array | Int32Array };

/** What a number that was out of bounds means. */
export interface Check {
  readonly op: string;
  readonly what: 'length' | 'index';
  readonly size: number;
}

export class GpuBinder implements NodeBinder {
  readonly machine: GpuMachine;
  readonly steps: GpuCall<GpuPlace>[] = [];
  readonly places: PlaceNeed[] = [];
  readonly checks: Check[] = [];
  #faults: number | undefined;
  readonly #free: number[] = [];
  #temporaries: number[] = [];

  constructor(machine: GpuMachine) {
    this.machine = machine;
  }

  call(...calls: readonly GpuCall<GpuPlace>[]): void {
    this.steps.push(...calls);
  }

  /** A new tensor. Its readers are counted by the program. @throws MODEL_SHAPE for what is no shape */
  make(shape: readonly number[], type: ElementType = 'float32'): DeviceValue {
    checkShape(shape);
    const bytes = count(shape) * 4;
    return { place: 'device', type, shape, buffer: { at: this.#take(bytes), bytes, readers: 0 } };
  }

  /** Memory for the node being bound alone. */
  temporary(bytes: number): number {
    const at = this.#take(bytes);
    this.#temporaries.push(at);
    return at;
  }

  /** A tensor that is fed. */
  feed(shape: readonly number[], type: ElementType): DeviceValue {
    const bytes = count(shape) * 4;
    const at = this.places.push({ bytes }) - 1;
    return { place: 'device', type, shape, buffer: { at, bytes, readers: Number.POSITIVE_INFINITY } };
  }

  /** A value on the GPU. @throws ONNX_PARSE when it is of another type than a kernel takes */
  device(value: Value, expected: ElementType = 'float32'): DeviceValue {
    return this.place(checkType(value, expected));
  }

  /** A value on the GPU, of whatever type. */
  place(value: Value): DeviceValue {
    if (value.place === 'device') return value;
    const { type, shape, data } = value;
    const numbers = type === 'float32' ? Float32Array.from(data) : Int32Array.from(data, toInt32);
    const at = this.places.push({ data: numbers }) - 1;
    const buffer = { at, bytes: numbers.byteLength, readers: Number.POSITIVE_INFINITY };
    return { place: 'device', type, shape, buffer };
  }

  /** Makes the run fail should a number not be within low ... high. */
  check(check: Check, [low, high]: readonly [number, number], { shape, buffer }: DeviceValue): void {
    this.#faults ??= this.places.push({ data: new Int32Array(FAULT_WORDS) }) - 1;
    const at = this.checks.push(check) - 1;
    this.call(withinCall(count(shape), at, [low, high], buffer.at, this.#faults));
  }

  /** Where `check` reports; undefined when nothing is checked. */
  get faults(): number | undefined {
    return this.#faults;
  }

  endNode(): void {
    this.#free.push(...this.#temporaries);
    this.#temporaries = [];
  }

  addReaders(value: Value, readers: number): void {
    if (value.place === 'host') return;
    value.buffer.readers += readers;
    if (value.buffer.readers === 0) this.#free.push(value.buffer.at);
  }

  /** The free place that fits closest, or the largest, made larger; only when none is free a new one. */
  #take(bytes: number): number {
    const size = (at: number): number => (this.places[at] as { bytes: number }).bytes;
    const byFit = this.#free.toSorted((a, b) => size(a) - size(b));
    const at = byFit.find((place) => size(place) >= bytes) ?? byFit.at(-1);
    if (at === undefined) return this.places.push({ bytes }) - 1;
    this.#free.splice(this.#free.indexOf(at), 1);
    this.places[at] = { bytes: Math.max(size(at), bytes) };
    return at;
  }
}

/** Int64 "to the end" is as far as int32 goes. */
const toInt32 = (value: number): number => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), value));
