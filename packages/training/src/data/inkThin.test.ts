import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinInk } from './inkThin.ts';

const points = (stroke: { x: ArrayLike<number>; y: ArrayLike<number> }) =>
  Array.from(stroke.x, (x, p) => [x, stroke.y[p]!] as const);
const strokeOf = (at: readonly (readonly [number, number])[]) => ({
  x: Float32Array.from(at, ([x]) => x),
  y: Float32Array.from(at, ([, y]) => y),
});

describe('thinInk', () => {
  it('measures from the last point it kept, not from the one before', () => {
    // Steps of 1 along x, then of 1 along y: at distance 2 every second one stays.
    const at = [
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [3, 1],
      [3, 2],
      [3, 3],
    ] as const;
    const [stroke] = thinInk([strokeOf(at)], 2);
    // (3, 0) is 1 from (2, 0), (3, 1) is 1.41, (3, 2) is 2.24.
    expect(points(stroke!)).toEqual([
      [0, 0],
      [2, 0],
      [3, 2],
      [3, 3],
    ]);
  });

  it('leaves dots, empty strokes and the order of strokes alone', () => {
    const ink = [
      strokeOf([[5, 6]]),
      strokeOf([]),
      strokeOf([
        [1, 1],
        [1, 1],
      ]),
      strokeOf([
        [0, 0],
        [0, 9],
      ]),
    ];
    expect(thinInk(ink, 3).map(points)).toEqual(ink.map(points));
  });

  it('drops only points near a kept one, in order, and never the ends', () => {
    const coordinate = fc.integer({ min: -20, max: 20 });
    const stroke = fc.array(fc.tuple(coordinate, coordinate), { maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(stroke, { maxLength: 4 }),
        fc.integer({ min: 0, max: 15 }),
        (strokes, distance) => {
          const thinned = thinInk(strokes.map(strokeOf), distance);
          expect(thinned).toHaveLength(strokes.length);
          strokes.forEach((before, s) => {
            const after = points(thinned[s]!);
            expect(after[0]).toEqual(before[0]);
            expect(after.at(-1)).toEqual(before.at(-1));
            const far = (a: readonly number[], b: readonly number[]) =>
              Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!) >= distance;
            let kept = 0;
            for (const [p, at] of before.entries()) {
              const isNext =
                after[kept] !== undefined && after[kept]![0] === at[0] && after[kept]![1] === at[1];
              const wanted = p === 0 || p === before.length - 1 || far(at, after[kept - 1]!);
              if (wanted) expect(isNext).toBe(true);
              if (wanted) kept++;
            }
            expect(kept).toBe(after.length);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
