/** What is kept of a growing input, of every width of numbers: words are compared, and bytes are no words. */
import { describe, expect, it } from 'vitest';
import { GrowingValue, type Numbers } from './growingValue.ts';

const arrays: readonly (new (values: Iterable<never>) => Numbers)[] = [
  ...[Float32Array, Int32Array, Uint32Array, Float64Array, BigInt64Array, BigUint64Array],
  ...[Int8Array, Uint8Array, Int16Array, Uint16Array],
] as never;

describe.each(arrays.map((array) => [array.name, array] as const))('a growing %s', (name, array) => {
  const rows = (...values: number[]): Numbers =>
    new array((name.startsWith('Big') ? values.map(BigInt) : values) as Iterable<never>);

  it('keeps what is written, in each column, past its first size, and finds the first row that differs', () => {
    const value = new GrowingValue<Numbers>(2, rows());
    expect(value.write(rows(1, 2, 3, 4, 5, 6), 0)).toBe(0);
    value.complete(3);
    expect(value.slice(1, 3)).toEqual(rows(3, 4, 5, 6));
    expect(value.write(rows(1, 2, 3, 4, 5, 7, 8, 9), 0)).toBe(2);
    value.complete(4);
    expect(value.write(rows(1, 2, 3, 4), 0)).toBe(2);
    expect(value.write(rows(3, 9, 7), 1, 1, 1)).toBe(1);
    expect(value.slice(0, 4)).toEqual(rows(1, 2, 3, 3, 5, 9, 8, 7));
    const long = Array.from({ length: 400 }, (_, i) => i % 100);
    expect(value.write(rows(...long), 4)).toBe(4);
    value.complete(204);
    expect(value.slice(0, 4)).toEqual(rows(1, 2, 3, 3, 5, 9, 8, 7));
    expect(value.slice(4, 204)).toEqual(rows(...long));
  });
});

it('tells a zero from its negative, and a NaN from none', () => {
  const value = new GrowingValue(1, new Float32Array(0));
  value.write(Float32Array.of(0, Number.NaN), 0);
  value.complete(2);
  expect(value.write(Float32Array.of(0, Number.NaN), 0)).toBe(2);
  expect(value.write(Float32Array.of(-0, Number.NaN), 0)).toBe(0);
});
