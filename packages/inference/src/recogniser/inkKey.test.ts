import { realWords } from '@rivulet/core/testing/ink';
import { describe, expect, it } from 'vitest';
import { inkKey } from './inkKey.ts';

describe('inkKey', () => {
  it('is the same for a copy in other arrays, and does not ask for times', () => {
    for (const { ink } of realWords) {
      const copy = ink.map(({ x, y }) => ({ x: Float64Array.from(x), y: Float64Array.from(y), t: y }));
      expect(inkKey(copy)).toBe(inkKey(ink));
    }
  });

  it('differs where ink differs by a bit, an order or a pen lift', () => {
    const a = { x: [1, 2, 3], y: [4, 5, 6] };
    const b = { x: [7, 8], y: [9, 0] };
    const keys = [
      [],
      [{ x: [], y: [] }],
      [a],
      [b],
      [a, b],
      [b, a],
      [{ x: [1, 2, 3, 7, 8], y: [4, 5, 6, 9, 0] }],
      [
        { x: [1, 2], y: [4, 5] },
        { x: [3, 7, 8], y: [6, 9, 0] },
      ],
      [{ x: a.y, y: a.x }],
      [{ x: [1, 2, 3 + Number.EPSILON * 2], y: a.y }],
      [{ x: [2, 1, 3], y: [5, 4, 6] }],
    ].map(inkKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('gives 100,000 single points as many keys', () => {
    const keys = new Set<string>();
    for (let i = 0; i < 100_000; i++) keys.add(inkKey([{ x: [i % 317], y: [Math.floor(i / 317)] }]));
    expect(keys.size).toBe(100_000);
  });
});
