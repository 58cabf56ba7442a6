import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance } from './editDistance.ts';

/** The definition, without a table. */
function plain(from: readonly number[], to: readonly number[]): number {
  if (from.length === 0 || to.length === 0) return from.length + to.length;
  const [a, ...as] = from;
  const [b, ...bs] = to;
  if (a === b) return plain(as, bs);
  return 1 + Math.min(plain(as, bs), plain(as, to), plain(from, bs));
}

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['Saturday', 'Sunday', 3],
    ['abcd', 'bcda', 2],
    ['ab', 'ba', 2],
    ['aaa', 'a', 2],
  ])('from "%s" to "%s" is %i', (from, to, edits) => {
    expect(editDistance([...from], [...to])).toBe(edits);
  });

  it('is the definition, whatever holds the sequences', () => {
    const sequence = fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 6 });
    fc.assert(
      fc.property(sequence, sequence, (from, to) => {
        expect(editDistance(from, Int32Array.from(to))).toBe(plain(from, to));
      }),
      { numRuns: 300 },
    );
  });
});
