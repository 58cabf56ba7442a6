/** Memory of the host for what is settled before anything runs. */
import { RivuletError } from '@rivulet/core';
import { count, type ElementType, type HostValue } from './value.ts';

/** States and masks before their first step are far smaller; an exabyte of zeros is a file's lie. */
const MOST_VALUES = 2 ** 26;

/**
 * @param double of floats: they are float64
 * @throws MODEL_SHAPE for what is no shape, OUT_OF_MEMORY
 */
export function roomFor(
  op: string,
  shape: readonly number[],
  type: ElementType,
  double = false,
): HostValue & { readonly data: Float32Array | Float64Array } {
  const size = count(shape);
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new RivuletError('MODEL_SHAPE', `${op}: [${shape.join(', ')}] is no shape`, {
      op,
      got: [...shape],
    });
  }
  if (size > MOST_VALUES) {
    throw new RivuletError('OUT_OF_MEMORY', `${op}: no memory for [${shape.join(', ')}]`, {
      op,
      bytes: size * 4,
    });
  }
  const single = type === 'float32' && !double;
  return { place: 'host', type, shape, data: single ? new Float32Array(size) : new Float64Array(size) };
}
