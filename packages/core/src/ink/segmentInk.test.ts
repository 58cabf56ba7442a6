import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inkMeasure } from './inkMeasure.ts';
import { segmentInk } from './segmentInk.ts';
import { anyInk, mapPoints, type PlainStroke, realWords, scrawl, tilted } from './testing/ink.ts';

/** Words of the page as texts of their stroke numbers: '0 1|2' is a line of two words. */
const segmented = (ink: readonly PlainStroke[], gapFactor = 1) =>
  segmentInk(ink, { gapFactor }).map(({ words }) => words.map((word) => word.join(' ')).join('|'));

/** Lines of words of letters, each letter a stroke 20 high and `letter` wide. */
function page(
  lines: readonly (readonly number[])[],
  { letter = 14, within = 3, between = 26, apart = 60, indent = 0 } = {},
): PlainStroke[] {
  return lines.flatMap((words, line) => {
    let left = line === 0 ? indent : 0;
    return words.flatMap((letters) => {
      const word = Array.from({ length: letters }, (_, i) => {
        const x = left + i * (letter + within);
        return scrawl(x, line * apart, x + letter, line * apart + 20, 7);
      });
      left += letters * (letter + within) - within + between;
      return word;
    });
  });
}

/** What `segmented` must say of a page. */
function expected(lines: readonly (readonly number[])[]): string[] {
  let stroke = 0;
  return lines.map((words) =>
    words.map((letters) => Array.from({ length: letters }, () => stroke++).join(' ')).join('|'),
  );
}

const LINES = [
  [4, 2, 6, 3],
  [3, 5, 4],
  [5, 1, 4, 2],
];

describe('segmentInk', () => {
  it('finds no words in no ink', () => {
    expect(segmentInk([])).toEqual([]);
    expect(segmentInk([{ x: [], y: [] }])).toEqual([]);
  });

  it('parts words at gaps and lines at levels', () => {
    expect(segmented(page(LINES))).toEqual(expected(LINES));
  });

  it.each([-0.12, -0.05, 0.05, 0.12])('follows lines that are tilted by %d radians', (radians) => {
    expect(segmented(tilted(page(LINES), radians))).toEqual(expected(LINES));
  });

  it.each([
    ['a millionth as large', (x: number, y: number) => [x * 1e-6, y * 1e-6] as const],
    ['a thousand million times as large', (x: number, y: number) => [x * 1e9, y * 1e9] as const],
    ['far away', (x: number, y: number) => [x + 1e7, y - 1e7] as const],
    ['wavy', (x: number, y: number) => [x, y + 40 * Math.sin(x / 90)] as const],
  ])('splits a page that is %s as any other', (_, move) => {
    expect(segmented(mapPoints(page(LINES), move))).toEqual(expected(LINES));
  });

  it('sees the gaps of slanted writing, though its words overlap', () => {
    const slanted = mapPoints(page(LINES, { between: 16 }), (x, y) => [x - y, y]);
    expect(segmented(slanted)).toEqual(expected(LINES));
  });

  it('lets the first line be indented, and a line be short', () => {
    expect(segmented(page([[3, 4], [6, 5, 4], [2]], { indent: 120 }))).toEqual(
      expected([[3, 4], [6, 5, 4], [2]]),
    );
  });

  it('parts lines that stand close', () => {
    expect(segmented(page(LINES, { apart: 30 }))).toEqual(expected(LINES));
  });

  it('gives dots and bars that are drawn last of all to the words they stand on', () => {
    const ink = page(LINES);
    // Above the second letter of the first word of each line, and across the third.
    const late = LINES.flatMap((_, line) => [
      { x: [25], y: [line * 60 - 6] },
      { x: [33, 49], y: [line * 60 + 3, line * 60 + 2] },
    ]);
    const n = ink.length;
    const [first, ...rest] = expected(LINES).map((line) => line.split('|'));
    const withLate = [first!, ...rest].map((words, line) =>
      [`${words[0]} ${n + 2 * line} ${n + 2 * line + 1}`, ...words.slice(1)].join('|'),
    );
    expect(segmented([...ink, ...late])).toEqual(withLate);
  });

  it('goes back to a line for a letter that is added later', () => {
    const ink = page(LINES);
    const added = scrawl(4 * 17, 0, 4 * 17 + 10, 20, 7);
    const [first, ...rest] = expected(LINES);
    expect(segmented([...ink, added])).toEqual([
      first!.replace('0 1 2 3|', `0 1 2 3 ${ink.length}|`),
      ...rest,
    ]);
  });

  it('takes the gaps of a wide hand for what they are', () => {
    // Its letters stand as far apart as the words of others.
    const wide = { letter: 14, within: 15, between: 55 };
    expect(segmented(page(LINES, wide))).toEqual(expected(LINES));
    expect(segmented(page(LINES, { ...wide, within: 3, between: 15 }))).toEqual(expected(LINES));
  });

  it('keeps real words whole, alone and on a page', () => {
    const high = realWords.map(({ ink }) => {
      const { left, centreY, deviationY } = inkMeasure(ink);
      return mapPoints(ink, (x, y) => [((x - left) / deviationY) * 10, ((y - centreY) / deviationY) * 10]);
    });
    for (const ink of high) expect(segmentInk(ink).map(({ words }) => words.length)).toEqual([1]);
    const strokes: PlainStroke[] = [];
    const labels: string[] = [];
    for (const line of [0, 1, 2]) {
      let left = 0;
      for (const [w, ink] of high.entries()) {
        const place = left;
        strokes.push(...mapPoints(ink, (x, y) => [x + place, y + line * 110]));
        for (const _ of ink) labels.push(`${line}${realWords[w]!.label}`);
        left += inkMeasure(ink).right + 30;
      }
    }
    const words = segmentInk(strokes).flatMap(({ words }) => words);
    expect(words.map((word) => [...new Set(word.map((stroke) => labels[stroke]))])).toEqual(
      [0, 1, 2].flatMap((line) => realWords.map(({ label }) => [`${line}${label}`])),
    );
  });

  it('keeps a code together where wide gaps are expected', () => {
    const code = page([[1, 1, 1, 1, 1, 1]], { between: 15 });
    expect(segmented(code)).toEqual(['0|1|2|3|4|5']);
    expect(segmented(code, 3)).toEqual(['0 1 2 3 4 5']);
  });

  it('splits a page of 2,000 strokes, and 20,000 scattered dots', () => {
    const lines = Array.from({ length: 50 }, () => [5, 5, 5, 5, 5, 5, 5, 5]);
    expect(segmented(page(lines))).toEqual(expected(lines));
    const dots = Array.from({ length: 20_000 }, (_, i) => ({
      x: [(i * 7919) % 1000],
      y: [(i * 104729) % 1009],
    }));
    expect(segmentInk(dots).flatMap(({ words }) => words.flat())).toHaveLength(dots.length);
  });

  it('ends where numbers are too coarse for the size of the writing', () => {
    const far = mapPoints(page([[2, 2]]), (x, y) => [x + 1e25, y]);
    expect(segmentInk([...page([[2, 2]]), ...far]).flatMap(({ words }) => words.flat())).toHaveLength(8);
  });

  it('puts each stroke that has points in exactly one word, whatever the ink', () => {
    fc.assert(
      fc.property(anyInk, fc.double({ min: 0.1, max: 10, noNaN: true }), (ink, gapFactor) => {
        const lines = segmentInk(ink, { gapFactor });
        const strokes = lines.flatMap(({ words }) => words.flat());
        expect(strokes.sort((a, b) => a - b)).toEqual([...ink.keys()].filter((s) => ink[s]!.x.length > 0));
        for (const { words } of lines) {
          expect(words.length).toBeGreaterThan(0);
          for (const word of words) {
            expect(word.length).toBeGreaterThan(0);
            expect(word).toEqual([...word].sort((a, b) => a - b));
          }
        }
      }),
      { numRuns: 500 },
    );
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
