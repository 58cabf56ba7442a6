/** What both engines check before a run, with the same errors. */
import { type OnnxValue, RivuletError, sizeOf } from '@rivulet/core';
import type { AnyTensor, ValueInfo } from './engine.ts';

export function valueInfo({ name, type, shape, unranked }: OnnxValue): ValueInfo {
  return { name, type, shape: shape.map((n) => (n === '' ? -1 : n)), ...(unranked && { unranked }) };
}

const ARRAYS: Readonly<Record<string, string>> = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  int64: 'BigInt64Array',
};

/** @throws ARGUMENT for a feed that is missing or unknown, TENSOR_SHAPE for one whose shape or size is wrong */
export function checkFeeds(inputs: readonly ValueInfo[], feeds: Readonly<Record<string, AnyTensor>>): void {
  for (const { name, type, shape, unranked } of inputs) {
    const feed = feeds && Object.hasOwn(feeds, name) ? feeds[name] : undefined;
    if (!feed?.data || !Array.isArray(feed.shape)) {
      throw new RivuletError('ARGUMENT', `no tensor { data, shape } for input "${name}"`, {
        input: name,
        inputs: namesOf(inputs),
      });
    }
    const array = ARRAYS[type];
    // By name: arrays that come from another realm (a worker's host, a test's) are of another class.
    if (feed.data[Symbol.toStringTag] !== array) {
      throw new RivuletError(
        'ARGUMENT',
        `input "${name}" takes ${array ?? 'no data of this library'} (${type})`,
        {
          input: name,
          type,
          got: feed.data[Symbol.toStringTag],
        },
      );
    }
    const fits =
      unranked ||
      (feed.shape.length === shape.length &&
        shape.every((n, i) => typeof n === 'string' || n < 0 || n === feed.shape[i]));
    if (!fits || sizeOf(feed.shape) !== feed.data.length) {
      throw new RivuletError(
        'TENSOR_SHAPE',
        `input "${name}" must be [${shape.join(', ')}], got [${feed.shape.join(', ')}] with ${feed.data.length} elements`,
        { input: name, expected: [...shape], got: [...feed.shape], elements: feed.data.length },
      );
    }
  }
  for (const name of Object.keys(feeds)) {
    if (!inputs.some((input) => input.name === name)) {
      throw new RivuletError('ARGUMENT', `the model has no input "${name}"`, {
        input: name,
        inputs: namesOf(inputs),
      });
    }
  }
}

const namesOf = (inputs: readonly ValueInfo[]): string[] => inputs.map(({ name }) => name);
