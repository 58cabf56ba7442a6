import type { Manifest } from '@rivulet/core';
import { type PlainStroke, realWords, scrawl } from '@rivulet/core/testing/ink';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelFolder } from '../load/modelFolder.ts';
import type { HandwritingPrediction } from './handwritingTypes.ts';
import { InkRecogniser } from './inkRecogniser.ts';
import { pageOf, shippedModel } from './testing/shippedModel.ts';

let folder: ModelFolder;
let recogniser: InkRecogniser;
beforeAll(async () => {
  folder = await shippedModel();
});
beforeEach(async () => {
  recogniser = await InkRecogniser.load(folder);
  return () => recogniser.dispose();
});

/** What holds of every prediction of any ink. */
function expectWhole({ text, segmentationResult, words, score }: HandwritingPrediction, ink: PlainStroke[]) {
  expect(score).toBeLessThanOrEqual(1e-6);
  let written = '';
  for (const { grapheme, beginIndex, endIndex, drawingSegments } of segmentationResult) {
    expect(text.slice(beginIndex, endIndex)).toBe(grapheme);
    written += grapheme;
    for (const { strokeIndex, beginPointIndex, endPointIndex } of drawingSegments) {
      expect(beginPointIndex).toBeGreaterThanOrEqual(0);
      expect(endPointIndex).toBeGreaterThan(beginPointIndex);
      expect(endPointIndex).toBeLessThanOrEqual(ink[strokeIndex]!.x.length);
    }
  }
  expect(written).toBe(text.replace(/\s/g, ''));
  for (const { text: own, beginIndex, endIndex, alternatives } of words) {
    expect(text.slice(beginIndex, endIndex)).toBe(own);
    expect(alternatives.map((one) => one.text)).toContain(own);
  }
}

/** How often each point of each stroke is in a grapheme's ink. */
function timesCovered({ segmentationResult }: HandwritingPrediction, ink: PlainStroke[]): number[][] {
  const times = ink.map(({ x }) => x.map(() => 0));
  for (const { drawingSegments } of segmentationResult) {
    for (const { strokeIndex, beginPointIndex, endPointIndex } of drawingSegments)
      for (let p = beginPointIndex; p < endPointIndex; p++) times[strokeIndex]![p]!++;
  }
  return times;
}

describe('InkRecogniser', () => {
  it('reads real words, and says which ink each letter was read from', async () => {
    let right = 0;
    for (const { label, ink } of realWords) {
      const [best] = await recogniser.recognise(ink);
      expectWhole(best!, ink);
      expect(timesCovered(best!, ink)).toEqual(ink.map(({ x }) => x.map(() => 1)));
      if (best!.text === label) right++;
    }
    // The model reads two words of three; of these seven, what is no chance any more.
    expect(right).toBeGreaterThanOrEqual(3);
  });

  it('reads a page as its words one by one', async () => {
    const lines = [
      [0, 2, 1],
      [4, 5],
    ];
    const page = pageOf(lines);
    const ink = page.flat(2);
    const [best] = await recogniser.recognise(ink);
    const alone = await Promise.all(
      page.map((words) => Promise.all(words.map(async (word) => (await recogniser.recognise(word))[0]!))),
    );
    expect(best!.text).toBe(alone.map((words) => words.map(({ text }) => text).join(' ')).join('\n'));
    expect(best!.score).toBeCloseTo(
      alone.flat().reduce((sum, { score }) => sum + score, 0),
      9,
    );
    expectWhole(best!, ink);
    // The same ink of the same letters, counted by the page's strokes.
    let offset = 0;
    const shifted = alone.flat().flatMap(({ segmentationResult }, w) => {
      const segments = segmentationResult.map(({ grapheme, drawingSegments }) => ({
        grapheme,
        drawingSegments: drawingSegments.map((segment) => ({
          ...segment,
          strokeIndex: segment.strokeIndex + offset,
        })),
      }));
      offset += page.flat()[w]!.length;
      return segments;
    });
    expect(
      best!.segmentationResult.map(({ grapheme, drawingSegments }) => ({ grapheme, drawingSegments })),
    ).toEqual(shifted);
  });

  it('gives alternatives that differ, the likeliest first', async () => {
    const ink = realWords[3]!.ink;
    const five = await recogniser.recognise(ink, { alternatives: 5 });
    expect(five).toHaveLength(5);
    expect(new Set(five.map(({ text }) => text)).size).toBe(5);
    expect(five.map(({ score }) => score)).toEqual(five.map(({ score }) => score).sort((a, b) => b - a));
    for (const prediction of five) expectWhole(prediction, ink);
    expect(await recogniser.recognise(ink)).toEqual([
      // A word's own alternatives are found anyway, but the page has one text.
      expect.objectContaining({ text: five[0]!.text, score: five[0]!.score }),
    ]);
    // All probabilities together are one at most.
    expect(five.reduce((sum, { score }) => sum + Math.exp(score), 0)).toBeLessThanOrEqual(1 + 1e-6);
    expect(await recogniser.recognise(ink, { alternatives: 1000 })).toHaveLength(50);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d alternatives', async (alternatives) => {
    await expect(recogniser.recognise([], { alternatives })).rejects.toMatchObject({
      code: 'ARGUMENT',
      details: { alternatives },
    });
  });

  it('reads nothing where nothing is written', async () => {
    expect(await recogniser.recognise([])).toEqual([]);
    expect(await recogniser.recognise([{ x: [], y: [] }])).toEqual([]);
    expect(recogniser.runs).toBe(0);
  });

  it('reads a point, a dash, and strokes without points among others', async () => {
    const point = [{ x: [7], y: [9] }];
    const [dot] = await recogniser.recognise(point);
    expectWhole(dot!, point);
    expect(dot!.text).toHaveLength(1);
    const [dash] = await recogniser.recognise([{ x: [5, 45], y: [5, 5] }]);
    expect(dash!.text).toBe('-');
    const ink = [{ x: [], y: [] }, ...realWords[2]!.ink];
    const [word] = await recogniser.recognise(ink);
    expect(word!.text).toBe((await recogniser.recognise(realWords[2]!.ink))[0]!.text);
    expectWhole(word!, ink);
    expect(word!.words[0]!.strokes).toEqual(realWords[2]!.ink.map((_, s) => s + 1));
  });

  it('names the point that is not finite, and goes on', async () => {
    const ink = [...realWords[0]!.ink, { x: [1, 2, Number.NaN], y: [1, 2, 3] }];
    await expect(recogniser.recognise(ink)).rejects.toMatchObject({
      code: 'INK_INVALID',
      details: { stroke: ink.length - 1, point: 2 },
    });
    expect(await recogniser.recognise(realWords[0]!.ink)).toHaveLength(1);
  });

  it.each([
    ['one stroke', [scrawl(0, 0, 3000, 20, 100_000)]],
    [
      'dots',
      Array.from({ length: 100_000 }, (_, i) => ({ x: [(i * 7919) % 1000], y: [(i * 104729) % 1009] })),
    ],
  ])('takes 100,000 points as %s', async (_, ink) => {
    const [best] = await recogniser.recognise(ink);
    expectWhole(best!, ink);
  });

  describe('what it keeps', () => {
    it('runs the network for the word that changed, and for no other', async () => {
      const words = pageOf([[0, 1, 2], [3]]).flat();
      const [before] = await recogniser.recognise(words.flat());
      expect(recogniser.runs).toBe(4);
      await recogniser.recognise(structuredClone(words.flat()));
      expect(recogniser.runs).toBe(4);
      // The pen goes on in the third word.
      const grown = structuredClone(words);
      const last = grown[2]!.at(-1)!;
      last.x.push(last.x.at(-1)! + 1);
      last.y.push(last.y.at(-1)! + 1);
      const [after] = await recogniser.recognise(grown.flat());
      expect(recogniser.runs).toBe(5);
      expect([0, 1, 3].map((w) => after!.words[w])).toEqual(
        [0, 1, 3].map((w) => ({
          ...before!.words[w],
          beginIndex: after!.words[w]!.beginIndex,
          endIndex: after!.words[w]!.endIndex,
        })),
      );
      const fresh = await InkRecogniser.load(folder);
      expect(await fresh.recognise(grown.flat())).toEqual([after]);
      await fresh.dispose();
    });

    it('runs nothing when a word goes away, or comes back', async () => {
      const words = pageOf([[0, 1, 2]]).flat();
      const [all] = await recogniser.recognise(words.flat());
      const [two] = await recogniser.recognise([...words[0]!, ...words[2]!]);
      expect(two!.text).toBe(`${all!.words[0]!.text} ${all!.words[2]!.text}`);
      expect(await recogniser.recognise(words.flat())).toEqual([all]);
      expect(recogniser.runs).toBe(3);
    });

    it('finds more readings once more are asked for', async () => {
      const { ink } = realWords[0]!;
      const one = await recogniser.recognise(ink);
      const ten = await recogniser.recognise(ink, { alternatives: 10 });
      expect(ten).toHaveLength(10);
      expect(ten[0]!.text).toBe(one[0]!.text);
      const runs = recogniser.runs;
      expect(await recogniser.recognise(ink, { alternatives: 10 })).toEqual(ten);
      expect(recogniser.runs).toBe(runs);
    });

    it('shares one run between calls that overlap', async () => {
      const { ink } = realWords[0]!;
      const [a, b] = await Promise.all([recogniser.recognise(ink), recogniser.recognise(ink)]);
      expect(a).toEqual(b);
      expect(recogniser.runs).toBe(1);
    });
  });

  it('keeps a code of spread characters together when told that it is one', async () => {
    const code = [0, 1, 2, 3, 4].map((i) => scrawl(i * 29, 0, i * 29 + 14, 20, 7));
    const words = async (recognitionType: 'text' | 'per-character') =>
      (await recogniser.recognise(code, { recognitionType }))[0]!.words.map(({ strokes }) => strokes);
    expect(await words('per-character')).toEqual([[0, 1, 2, 3, 4]]);
    expect(await words('text')).toEqual([[0], [1], [2], [3], [4]]);
  });

  it('refuses use after disposal', async () => {
    await recogniser.dispose();
    await recogniser.dispose();
    await expect(recogniser.recognise(realWords[0]!.ink)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe('loading a recogniser', () => {
  const changed = (change: Partial<Manifest>): ModelFolder => ({
    ...folder,
    manifest: { ...folder.manifest, ...change },
  });

  it.each([
    ['another task', { task: 'series-quantiles' }, 'MANIFEST_INVALID', { key: 'task' }],
    ['another head', { head: { kind: 'quantiles', levels: [0.5] } }, 'MANIFEST_INVALID', { key: 'task' }],
    ['other features', { featureVersion: 'ink-0' }, 'FEATURE_VERSION', { expected: 'ink-0', got: 'ink-1' }],
    ['no step', { features: {} }, 'MANIFEST_INVALID', { key: 'features.step' }],
    ['a step of 0', { features: { step: 0 } }, 'MANIFEST_INVALID', { key: 'features.step' }],
  ] as const)('refuses a model of %s', async (_, change, code, details) => {
    await expect(InkRecogniser.load(changed(change as Partial<Manifest>))).rejects.toMatchObject({
      code,
      details: expect.objectContaining(details),
    });
  });

  it('refuses a network that does not fit its alphabet', async () => {
    const odd = await InkRecogniser.load(changed({ head: { kind: 'ctc', alphabet: ['', 'a', 'b'] } }));
    await expect(odd.recognise(realWords[0]!.ink)).rejects.toMatchObject({
      code: 'MODEL_SHAPE',
      details: { expected: ['S', 1, 3] },
    });
    // A failure is not kept.
    await expect(odd.recognise(realWords[0]!.ink)).rejects.toMatchObject({ code: 'MODEL_SHAPE' });
    expect(odd.runs).toBe(2);
    await odd.dispose();
  });

  it('refuses to load once the load is aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(InkRecogniser.load(folder, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('reads the same by either weights', async () => {
    const precise = await InkRecogniser.load(folder, { dtype: 'float32' });
    const [a] = await precise.recognise(realWords[0]!.ink);
    await precise.dispose();
    const small = await InkRecogniser.load(folder, { dtype: 'int8' });
    const [b] = await small.recognise(realWords[0]!.ink);
    await small.dispose();
    expect(b!.text).toBe(a!.text);
    expect(b!.score).toBeCloseTo(a!.score, 0);
  });
});
