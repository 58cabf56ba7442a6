import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromHalf } from './fromHalf.ts';
import { toHalf } from './toHalf.ts';

it('gives every half back', () => {
  const changed: number[] = [];
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits);
    const back = toHalf(value);
    if (Number.isNaN(value) ? !Number.isNaN(fromHalf(back)) : back !== bits) changed.push(bits);
  }
  expect(changed).toEqual([]);
});

it('takes the nearest half, of two equally near the even one', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, min: -65504, max: 65504 }), (value) => {
      const bits = toHalf(value);
      const off = Math.abs(fromHalf(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        if ((other & 0x7fff) > 0x7bff || other < 0) continue;
        const distance = Math.abs(fromHalf(other) - value);
        expect(off).toBeLessThanOrEqual(distance);
        if (off === distance && fromHalf(other) !== fromHalf(bits)) expect(bits & 1).toBe(0);
      }
    }),
    { numRuns: 3000 },
  );
  expect([65519, 65520, 1e9, -1e9].map((value) => fromHalf(toHalf(value)))).toEqual([
    65504,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
});
