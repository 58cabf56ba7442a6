import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scale } from './scale.ts';

const all = (n: number) => new Uint8Array(n).fill(1);

describe('scale', () => {
  it('takes the level of the last readings and the deviation of all', () => {
    const { loc, scale: deviation } = scale([0, 0, 4, 4], all(4), 2);
    expect(loc).toBe(4);
    expect(deviation).toBe(2);
  });

  it('ignores what was not read', () => {
    expect(scale([0, 99, 4, 77], [1, 0, 1, 0], 1)).toEqual({ loc: 4, scale: 2 });
    expect(scale([5, 5], [0, 0], 3)).toEqual({ loc: 0, scale: 0 });
  });

  it('follows a change of unit: scale(a y + b) = (a loc + b, a scale)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 60 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.integer({ min: -500, max: 500 }),
        (y, a, b) => {
          const plain = scale(y, all(y.length), 5);
          const other = scale(
            y.map((value) => a * value + b),
            all(y.length),
            5,
          );
          expect(other.loc).toBeCloseTo(a * plain.loc + b, 6);
          expect(other.scale).toBeCloseTo(a * plain.scale, 6);
        },
      ),
    );
  });

  it('calls rounding noise constant', () => {
    expect(scale([1e9, 1e9 + 1e-7, 1e9], all(3), 2).scale).toBe(0);
  });
});
