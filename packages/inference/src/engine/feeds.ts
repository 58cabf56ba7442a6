/** What all engines check before a run, with the same errors. */
import { ONNX_TYPES, type OnnxType, type OnnxValue, RivuletError, shown, sizeOf } from '@rivulet/core';
import type { AnyTensor, ValueInfo } from './engine.ts';
import type { ElementType } from './fused/value.ts';

export function valueInfo({ name, type, shape, unranked }: OnnxValue): ValueInfo {
  return { name, type, shape: shape.map((n) => (n === '' ? -1 : n)), ...(unranked && { unranked }) };
}

/** A free dimension's name, which is one wherever it stands; unnamed ones are each their own. undefined: a fixed one. */
export function dimensionKey({ name, shape }: ValueInfo, axis: number): string | undefined {
  const n = shape[axis]!;
  if (typeof n === 'string') return n;
  return n < 0 ? `${name}[${axis}]` : undefined;
}

/** The typed arrays of what may be fed, by type. */
export const ARRAYS: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.entries(ONNX_TYPES).map(([type, { array }]) => [type, array.name])),
  // As numbers, since not every platform has an array of them.
  float16: 'Float32Array',
  bfloat16: undefined,
};

/** Types that have numbers which int32 has not. */
export const WIDE: ReadonlySet<string> = new Set(['uint32', 'int64', 'uint64']);

/** @throws ARGUMENT for a feed that is missing or unknown, TENSOR_SHAPE for one whose shape or size is wrong */
export function checkFeeds(inputs: readonly ValueInfo[], feeds: Readonly<Record<string, AnyTensor>>): void {
  // Checked at every step of a stream: loops instead of closures, messages made elsewhere.
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    const feed = feeds && Object.hasOwn(feeds, input.name) ? feeds[input.name] : undefined;
    if (!feed?.data || !Array.isArray(feed.shape)) throw missing(input, inputs);
    // By name: arrays that come from another realm (a worker's host, a test's) are of another class.
    if (feed.data[Symbol.toStringTag] !== ARRAYS[input.type]) throw wrongArray(input, feed);
    if (!fits(input, feed.shape) || sizeOf(feed.shape) !== feed.data.length) throw wrongShape(input, feed);
  }
  if (ownNames(feeds) !== inputs.length) throw unknown(inputs, feeds);
}

function ownNames(feeds: Readonly<Record<string, AnyTensor>>): number {
  let own = 0;
  for (const name in feeds) if (Object.hasOwn(feeds, name)) own++;
  return own;
}

/** An input and the shape that a program is bound to. */
export interface FedInput extends Pick<ValueInfo, 'name' | 'type'> {
  readonly shape: readonly number[];
  readonly elements: number;
  /** The name of its typed array's class. */
  readonly array: string | undefined;
  readonly kept: ElementType;
  /** Its numbers must be looked at, whether int32 has them. */
  readonly wide: boolean;
}

export function fedInput({ name, type }: ValueInfo, shape: readonly number[]): FedInput {
  return {
    name,
    type,
    shape,
    elements: sizeOf(shape),
    array: ARRAYS[type],
    kept: keptAs(type),
    wide: WIDE.has(type),
  };
}

/** Whether feeds are of these very shapes, all of which passed `checkFeeds` before: then nothing else needs checking. */
export function fedAgain(inputs: readonly FedInput[], feeds: Readonly<Record<string, AnyTensor>>): boolean {
  // With what they inherit, nothing mostly; only who inherits something needs the longer count.
  let fed = 0;
  for (const _ in feeds) fed++;
  if (fed !== inputs.length && ownNames(feeds) !== inputs.length) return false;
  for (let i = 0; i < inputs.length; i++) {
    const { name, shape, elements, array } = inputs[i]!;
    const feed = feeds[name];
    if (!feed) return false;
    const { data, shape: got } = feed;
    if (!data || data.length !== elements || !Array.isArray(got) || got.length !== shape.length) return false;
    for (let d = 0; d < shape.length; d++) if (got[d] !== shape[d]) return false;
    if (data[Symbol.toStringTag] !== array || !Object.hasOwn(feeds, name)) return false;
  }
  return true;
}

function fits({ shape, unranked }: ValueInfo, fed: readonly number[]): boolean {
  if (unranked) return true;
  if (fed.length !== shape.length) return false;
  for (let d = 0; d < shape.length; d++) {
    const n = shape[d]!;
    if (typeof n === 'number' && n >= 0 && n !== fed[d]) return false;
  }
  return true;
}

function missing({ name }: ValueInfo, inputs: readonly ValueInfo[]): RivuletError {
  return new RivuletError('ARGUMENT', `no tensor { data, shape } for input "${name}"`, {
    input: name,
    inputs: namesOf(inputs),
  });
}

function wrongArray({ name, type }: ValueInfo, { data }: AnyTensor): RivuletError {
  return new RivuletError(
    'ARGUMENT',
    `input "${name}" takes ${ARRAYS[type] ?? 'no data of this library'} (${type})`,
    { input: name, type, got: data[Symbol.toStringTag] },
  );
}

function wrongShape({ name, shape }: ValueInfo, { data, shape: got }: AnyTensor): RivuletError {
  return new RivuletError(
    'TENSOR_SHAPE',
    `input "${name}" must be [${shape.join(', ')}], got [${got.map(shown).join(', ')}] with ${data.length} elements`,
    { input: name, expected: [...shape], got: [...got], elements: data.length },
  );
}

function unknown(inputs: readonly ValueInfo[], feeds: Readonly<Record<string, AnyTensor>>): RivuletError {
  const input = Object.keys(feeds).find((name) => !inputs.some((known) => known.name === name));
  return new RivuletError('ARGUMENT', `the model has no input "${input}"`, {
    input,
    inputs: namesOf(inputs),
  });
}

const namesOf = (inputs: readonly ValueInfo[]): string[] => inputs.map(({ name }) => name);

/** What a machine of ours keeps an ONNX type as. */
export const keptAs = (type: string): ElementType => (type.startsWith('float') ? 'float32' : 'int32');

/** A feed of a type that the engine takes. */
export function zerosOf(type: string, size: number): AnyTensor['data'] {
  if (type === 'float16') return new Float32Array(size);
  return new ONNX_TYPES[type as OnnxType].array(size) as AnyTensor['data'];
}

/** @throws ARGUMENT for an integer that no index or length needs */
export function narrowed(input: string, data: AnyTensor['data']): Int32Array {
  const narrow = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    narrow[i] = value;
    if (narrow[i] !== value) {
      throw new RivuletError(
        'ARGUMENT',
        `input "${input}" takes integers from -2^31 to 2^31 - 1, got ${value}`,
        {
          input,
          index: i,
          value,
        },
      );
    }
  }
  return narrow;
}
