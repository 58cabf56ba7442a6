/** What `runSequence` refuses, with errors that name the tensor. */

import { RivuletError } from '../errors.ts';
import { type Tensor, tensor } from '../tensor.ts';

/** @throws RivuletError TENSOR_SHAPE */
export function rank3(name: string, { data, shape }: Tensor): readonly [number, number, number] {
  if (shape.length !== 3) {
    throw new RivuletError('TENSOR_SHAPE', `${name} needs three dimensions, got [${shape.join(', ')}]`, {
      tensor: name,
      got: [...shape],
    });
  }
  tensor(data, shape);
  return shape as unknown as readonly [number, number, number];
}

/** @throws RivuletError TENSOR_SHAPE */
export function expectShape(name: string, value: Tensor, expected: readonly number[]): void {
  const fits =
    value.shape.length === expected.length && expected.every((dimension, i) => value.shape[i] === dimension);
  if (!fits) {
    throw new RivuletError(
      'TENSOR_SHAPE',
      `${name} must be [${expected.join(', ')}], got [${value.shape.join(', ')}]`,
      { tensor: name, expected: [...expected], got: [...value.shape] },
    );
  }
  tensor(value.data, value.shape);
}

/** @throws RivuletError TENSOR_SHAPE for another number of lengths than B, ARGUMENT for one outside 0 ... T */
export function checkLengths(lengths: Int32Array | undefined, T: number, B: number): void {
  if (lengths === undefined) return;
  if (lengths.length !== B) {
    throw new RivuletError('TENSOR_SHAPE', `${B} lengths expected, got ${lengths.length}`, {
      tensor: 'lengths',
      expected: [B],
      got: [lengths.length],
    });
  }
  for (const length of lengths) {
    if (length < 0 || length > T) {
      throw new RivuletError('ARGUMENT', `a length must lie in 0 ... ${T}, got ${length}`, { length, T });
    }
  }
}
