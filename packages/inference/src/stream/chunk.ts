/** What may be pushed: one tensor for a model of one input, or every input by name. */
import { RivuletError, shown, sizeOf } from '@rivulet/core';
import type { AnyTensor } from '../engine/engine.ts';
import { toGraph } from './layout.ts';
import type { StreamInfo, StreamPort } from './streamProgram.ts';

/** [n, F], or its numbers alone, step after step. Integers where the model takes them, for an embedding. */
export type StreamChunk = AnyTensor | AnyTensor['data'];

export interface Taken {
  readonly feeds: Readonly<Record<string, AnyTensor>>;
  /** Steps. */
  readonly T: number;
}

/** A copy that the caller cannot write into while it waits its turn. @throws ARGUMENT for what is no chunk */
export function copyOfChunk(chunk: StreamChunk): AnyTensor {
  const bare = ArrayBuffer.isView(chunk);
  const data = bare ? chunk : chunk?.data;
  if (!NUMBERS.has(nameOf(data)) || !(bare || Array.isArray(chunk.shape))) {
    throw new RivuletError('ARGUMENT', 'a chunk is a Float32Array, or a tensor { data, shape } of one', {
      got: nameOf(data ?? chunk),
    });
  }
  // Of a buffer that was given to another thread nothing is left, and `slice` refuses it.
  const copy = data.length === 0 ? new Float32Array(0) : data.slice();
  return { data: copy, shape: bare ? [-1] : [...chunk.shape] } as AnyTensor;
}

/** By name: arrays of another realm are of another class. */
const nameOf = (data: unknown): string =>
  ArrayBuffer.isView(data)
    ? (data as Float32Array)[Symbol.toStringTag]
    : Object.prototype.toString.call(data).slice(8, -1);
const NUMBERS: ReadonlySet<string> = new Set([
  ...['Float32Array', 'Int32Array', 'BigInt64Array'],
  ...['Int8Array', 'Uint8Array', 'Int16Array', 'Uint16Array'],
  ...['Float64Array', 'Uint32Array', 'BigUint64Array'],
]);

/** As it was pushed, checked: [T, B, features]. */
export interface Steps {
  readonly data: AnyTensor['data'];
  readonly T: number;
}

/**
 * @param chunk [n, F] for one sequence, [n, B, F] for several, or all of it flat with the shape [-1]
 * @throws ARGUMENT for numbers that are not finite and for a model of several inputs, TENSOR_SHAPE
 */
export function stepsOf({ data, shape }: AnyTensor, info: StreamInfo, B: number, single: boolean): Steps {
  const port = onlyInput(info);
  const features = featuresOf(port);
  const flat = shape.length === 1 && shape[0] === -1;
  const T = flat ? data.length / (features * B) : shape[0]!;
  const expected = single ? ['n', features] : ['n', B, features];
  const fits =
    flat || (shape.length === expected.length && expected.every((n, i) => n === 'n' || n === shape[i]));
  if (!fits || !Number.isInteger(T) || T < 1 || (!flat && sizeOf(shape) !== data.length)) {
    const got = flat ? [data.length] : [...shape];
    throw new RivuletError(
      'TENSOR_SHAPE',
      `a chunk must be [${expected.join(', ')}] with n from 1, got [${got.map(shown).join(', ')}] with ${data.length} elements`,
      { input: port.name, expected, got, elements: data.length },
    );
  }
  checkFinite(port.name, data);
  return { data, T };
}

/** What the graph takes for them. */
export function feedsOf({ data, T }: Steps, info: StreamInfo, B: number): Taken['feeds'] {
  const port = onlyInput(info);
  const { name, layout } = port;
  return { [name]: { data: toGraph(data, layout, T, B), shape: shapeOf(port, T, B) } as AnyTensor };
}

/** The graph's own, of T steps of B sequences. */
export function shapeOf({ shape }: StreamPort, T: number, B: number): number[] {
  return shape.map((n) => (n === 'T' ? T : n === 'B' ? B : n === -1 ? 1 : n));
}

function onlyInput({ inputs }: StreamInfo): StreamPort {
  const [port] = inputs;
  if (port && inputs.length === 1) return port;
  const names = inputs.map(({ name }) => name);
  throw new RivuletError('ARGUMENT', `push takes one input, this model has [${names.join(', ')}]`, {
    inputs: names,
  });
}

/** Numbers of one step of one sequence. */
export function featuresOf({ shape }: StreamPort): number {
  return shape.reduce<number>((size, n) => (typeof n === 'number' && n >= 0 ? size * n : size), 1);
}

/**
 * Feeds in the graph's own shapes, copied.
 * @throws ARGUMENT for a missing input or numbers that are not finite, TENSOR_SHAPE for inputs that disagree on steps
 */
export function takeFeeds(given: Readonly<Record<string, AnyTensor>>, { inputs }: StreamInfo): Taken {
  const feeds: Record<string, AnyTensor> = {};
  let T = 0;
  for (const [name, feed] of Object.entries(given ?? {})) {
    if (NUMBERS.has(nameOf(feed?.data))) checkFinite(name, feed.data);
    feeds[name] = feed;
    const axis = inputs.find((port) => port.name === name)?.shape.indexOf('T') ?? -1;
    const given = axis < 0 ? 0 : feed?.shape?.[axis];
    // What else stands there is refused with its tensor.
    const steps = typeof given === 'number' ? given : 0;
    if (T && steps && steps !== T) {
      throw new RivuletError('TENSOR_SHAPE', `input "${name}" has ${steps} steps, another one ${T}`, {
        input: name,
        expected: T,
        got: steps,
      });
    }
    T = Math.max(T, steps);
  }
  return { feeds, T };
}

/** One NaN would stay in the state for good. @throws ARGUMENT */
export function checkFinite(input: string, data: AnyTensor['data']): void {
  const kind = data[Symbol.toStringTag] as string;
  if (kind !== 'Float32Array' && kind !== 'Float64Array') return;
  const numbers = data as Float32Array;
  // 0 of each finite one, without a branch for each.
  let none = 0;
  for (let i = 0; i < numbers.length; i++) none += Math.fround(numbers[i]!) * 0;
  if (none === 0) return;
  for (let i = 0; i < numbers.length; i++) {
    // As the engine keeps it: 1e300 is infinite there.
    if (Number.isFinite(Math.fround(numbers[i]!))) continue;
    throw new RivuletError('ARGUMENT', `input "${input}" must be finite, element ${i} is ${numbers[i]}`, {
      input,
      index: i,
      value: numbers[i],
    });
  }
}
