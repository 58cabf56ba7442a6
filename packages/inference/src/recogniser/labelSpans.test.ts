import { type CtcPath, inkFeatures } from '@rivulet/core';
import { type PlainStroke, realWords, scrawl } from '@rivulet/core/testing/ink';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelSpans } from './labelSpans.ts';

const features = (ink: readonly PlainStroke[]) => inkFeatures(ink, { step: 0.2 });

/** Labels that showed at these steps, one step each. */
function path(...steps: readonly number[]): CtcPath {
  return { labels: steps.map((_, i) => i + 1), starts: [...steps], ends: steps.map((s) => s + 1), score: 0 };
}

describe('labelSpans', () => {
  it('gives each letter its stroke, whichever of its steps it showed at', () => {
    const letters = [scrawl(0, 0, 10, 20), scrawl(15, 0, 25, 20), scrawl(30, 0, 40, 20)];
    const own = features(letters);
    const starts = [0, 1, 2].map((s) => own.strokeIndex.indexOf(s));
    const whole = letters.map((_, stroke) => [{ stroke, begin: 0, end: 9 }]);
    expect(labelSpans(path(...starts), own.steps, own, letters)).toEqual(whole);
    expect(
      labelSpans(path(...[starts[1]! - 1, starts[2]! - 1, own.steps - 1]), own.steps, own, letters),
    ).toEqual(whole);
  });

  it('gives dots that are drawn last back to their letters', () => {
    const ink = [
      scrawl(0, 0, 10, 20),
      scrawl(20, 0, 30, 20),
      scrawl(40, 0, 50, 20),
      { x: [5, 5.1, 5], y: [-8, -8, -8] }, // a dot takes time
      { x: [22, 28], y: [-8, -8] },
    ];
    const own = features(ink);
    const starts = [0, 1, 2].map((s) => own.strokeIndex.indexOf(s) + 1);
    expect(labelSpans(path(...starts), own.steps, own, ink)).toEqual([
      [
        { stroke: 0, begin: 0, end: 9 },
        { stroke: 3, begin: 0, end: 3 },
      ],
      [
        { stroke: 1, begin: 0, end: 9 },
        { stroke: 4, begin: 0, end: 2 },
      ],
      [{ stroke: 2, begin: 0, end: 9 }],
    ]);
  });

  it('gives a dot between two letters to the left one, where people mean it to be', () => {
    // Both letters show at their left edge; halfway is 10.
    const owner = (x: number) => {
      const ink = [scrawl(0, 0, 8, 20), scrawl(20, 0, 28, 20), { x: [x], y: [-8] }];
      const own = inkFeatures(ink, { step: 0.2, deslant: false });
      const spans = labelSpans(path(0, own.strokeIndex.indexOf(1)), own.steps, own, ink);
      return spans.findIndex((letter) => letter.some(({ stroke }) => stroke === 2));
    };
    expect([5, 11, 14, 20].map(owner)).toEqual([0, 0, 1, 1]);
  });

  it('has no ink for no labels', () => {
    const own = features(realWords[0]!.ink);
    expect(labelSpans(path(), own.steps, own, realWords[0]!.ink)).toEqual([]);
  });

  it('puts each point of a real word in one letter, wherever letters showed and however steps were joined', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...realWords),
        fc.constantFrom(1, 2, 4),
        fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 12 }),
        ({ ink }, joined, places) => {
          const own = features(ink);
          const S = Math.ceil(own.steps / joined);
          const steps = [...new Set(places.map((place) => place % S))].sort((a, b) => a - b);
          const spans = labelSpans(path(...steps), S, own, ink);
          expect(spans).toHaveLength(steps.length);
          const times = ink.map(({ x }) => x.map(() => 0));
          for (const { stroke, begin, end } of spans.flat())
            for (let p = begin; p < end; p++) times[stroke]![p]!++;
          expect(times).toEqual(ink.map(({ x }) => x.map(() => 1)));
        },
      ),
      { numRuns: 200 },
    );
  });
});
