import { describe, expect, it } from 'vitest';
import { segmentInk } from './segmentInk.ts';

/** A zigzag that takes the box (left, top) to (right, bottom). */
function scrawl(left: number, top: number, right: number, bottom: number) {
  const x = Array.from({ length: 9 }, (_, i) => left + ((right - left) * i) / 8);
  return { x, y: x.map((_, i) => (i % 2 === 0 ? bottom : top)) };
}

describe('segmentInk', () => {
  it('finds no words in no ink', () => {
    expect(segmentInk([])).toEqual([]);
    expect(segmentInk([{ x: [], y: [] }])).toEqual([]);
  });

  it('parts words at gaps and lines at levels, and gives a late dot to the word below it', () => {
    const ink = [
      scrawl(0, 0, 40, 20),
      scrawl(70, 0, 120, 20),
      scrawl(0, 50, 60, 70),
      { x: [20], y: [-6] },
      scrawl(85, 50, 120, 70),
    ];
    expect(segmentInk(ink)).toEqual([{ words: [[0, 3], [1]] }, { words: [[2], [4]] }]);
  });

  it('names the point that is not finite', () => {
    expect(() => segmentInk([{ x: [0, 1], y: [0, Number.NaN] }])).toThrow(
      expect.objectContaining({
        code: 'INK_INVALID',
        details: expect.objectContaining({ stroke: 0, point: 1 }),
      }),
    );
  });
});
