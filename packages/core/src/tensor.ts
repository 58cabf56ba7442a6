/** A typed array and the shape it is read by: the one way numbers cross a border of the house. */

import { RivuletError } from './errors.ts';
import { shown } from './shown.ts';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface Tensor<D extends TensorData = Float32Array> {
  /** Row-major: the last dimension runs fastest. */
  readonly data: D;
  /** Whole numbers from 0; `[]` is a scalar of one element. */
  readonly shape: readonly number[];
}

/**
 * Elements of a shape: their product, 1 for `[]`.
 * @throws RivuletError TENSOR_SHAPE on a dimension that is no whole number from 0, or a product beyond 2^53
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new RivuletError(
        'TENSOR_SHAPE',
        `a dimension must be a whole number from 0, got [${shape.map(shown).join(', ')}]`,
        { shape: [...shape], dimension },
      );
    }
    size *= dimension;
  }
  if (!Number.isSafeInteger(size)) {
    throw new RivuletError('TENSOR_SHAPE', `[${shape.join(', ')}] has more elements than can be counted`, {
      shape: [...shape],
    });
  }
  return size;
}

/**
 * A tensor over `data` as it is (no copy).
 * @param shape row-major; its product must be `data.length`
 * @throws RivuletError TENSOR_SHAPE naming both
 */
export function tensor<D extends TensorData>(data: D, shape: readonly number[]): Tensor<D> {
  const size = sizeOf(shape);
  if (size !== data.length) {
    throw new RivuletError(
      'TENSOR_SHAPE',
      `[${shape.join(', ')}] has ${size} elements, the data has ${data.length}`,
      { shape: [...shape], expected: size, got: data.length },
    );
  }
  return { data, shape };
}
