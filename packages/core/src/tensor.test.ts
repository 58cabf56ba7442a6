import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from './tensor.ts';

describe('tensor', () => {
  it('is the data itself with its shape', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(tensor(data, [2, 3]).data).toBe(data);
    expect(tensor(data, [3, 1, 2]).shape).toEqual([3, 1, 2]);
  });

  it('takes a scalar and an empty dimension', () => {
    expect(tensor(Int8Array.of(5), []).shape).toEqual([]);
    expect(tensor(new BigInt64Array(0), [4, 0, 2]).data).toHaveLength(0);
  });

  it('names both numbers when they differ', () => {
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow(
      expect.objectContaining({ code: 'TENSOR_SHAPE', details: { shape: [2, 3], expected: 6, got: 5 } }),
    );
  });

  it.each([[[-1]], [[2.5]], [[Number.NaN]], [[Number.POSITIVE_INFINITY]], [[2 ** 30, 2 ** 30]]])(
    'refuses the shape %o',
    (shape) => {
      expect(() => sizeOf(shape)).toThrow(expect.objectContaining({ code: 'TENSOR_SHAPE' }));
    },
  );
});
