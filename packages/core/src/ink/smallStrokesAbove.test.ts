import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ResampledInk, resample } from './resample.ts';
import { smallStrokesAbove } from './smallStrokesAbove.ts';
import { anyInk, realWords } from './testing/ink.ts';

/** What the marks mean, point against stroke. */
function marksByDefinition({ steps, x, y, strokeIndex }: ResampledInk): number[] {
  const marks = new Array<number>(steps).fill(0);
  for (const stroke of new Set(strokeIndex)) {
    const own = [...x.keys()].filter((t) => strokeIndex[t] === stroke);
    const xs = own.map((t) => x[t]!);
    const ys = own.map((t) => y[t]!);
    const bottom = Math.max(...ys);
    if (bottom - Math.min(...ys) > 0.35) continue;
    for (let t = 0; t < steps; t++) {
      const beside = x[t]! > Math.min(...xs) - 0.12 && x[t]! < Math.max(...xs) + 0.12;
      if (strokeIndex[t] !== stroke && y[t]! > bottom && beside) marks[t] = 1;
    }
  }
  return marks;
}

describe('smallStrokesAbove', () => {
  it('marks the letter below a dot and nothing else', () => {
    const path = resample(
      [
        { x: [0, 0], y: [0, 1] },
        { x: [1, 1], y: [0, 1] },
        { x: [0.95], y: [-0.5] },
      ],
      0.5,
    );
    expect([...smallStrokesAbove(path)]).toEqual([0, 0, 0, 1, 1, 1, 0]);
  });

  it.each(realWords)('marks in "$label" what the definition says', ({ ink }) => {
    const path = resample(
      ink.map(({ x, y }) => ({ x: x.map((v) => v / 100), y: y.map((v) => v / 100) })),
      0.2,
    );
    expect([...smallStrokesAbove(path)]).toEqual(marksByDefinition(path));
  });

  it('marks in any ink what the definition says', () => {
    const dots = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 6 }))
        .map(([x, y, length]) => ({ x: [x / 8, (x + length) / 8], y: [y / 8, (y + (length & 3)) / 8] })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.oneof(anyInk, dots), (ink) => {
        const path = resample(ink, 0.3);
        fc.pre(path.steps < 400);
        expect([...smallStrokesAbove(path)]).toEqual(marksByDefinition(path));
      }),
      { numRuns: 300 },
    );
  });
});
