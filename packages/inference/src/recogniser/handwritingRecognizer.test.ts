import { RivuletError } from '@rivulet/core';
import { type PlainStroke, realWords } from '@rivulet/core/testing/ink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandwritingRecognizer, queryHandwritingRecognizer } from '../node.ts';
import type { HandwritingRecognizer } from './handwritingRecognizer.ts';
import { HandwritingStroke } from './handwritingStroke.ts';
import { modelsFolder, pageOf } from './testing/shippedModel.ts';

const english = { languages: ['en'] };
const options = { models: modelsFolder };

function strokesOf(ink: readonly PlainStroke[]): HandwritingStroke[] {
  return ink.map(({ x, y }) => {
    const stroke = new HandwritingStroke();
    for (const [p, px] of x.entries()) stroke.addPoint({ x: px, y: y[p]!, t: p });
    return stroke;
  });
}

describe('a drawing', () => {
  let recognizer: HandwritingRecognizer;
  beforeAll(async () => {
    recognizer = await createHandwritingRecognizer(english, options);
  });
  afterAll(() => recognizer.finish());

  const read = async (strokes: readonly HandwritingStroke[]): Promise<string> => {
    const drawing = recognizer.startDrawing({ alternatives: 1 });
    for (const stroke of strokes) drawing.addStroke(stroke);
    return (await drawing.getPrediction())[0]?.text ?? '';
  };

  it('is read as its strokes are now: added, removed, grown, cleared', async () => {
    const [first, second] = pageOf([[0, 2]])
      .flat()
      .map(strokesOf);
    const drawing = recognizer.startDrawing();
    expect(await drawing.getPrediction()).toEqual([]);
    for (const stroke of [...first!, ...second!]) drawing.addStroke(stroke);
    const [a, b] = [await read(first!), await read(second!)];
    expect((await drawing.getPrediction())[0]!.text).toBe(`${a} ${b}`);

    for (const stroke of second!) drawing.removeStroke(stroke);
    expect((await drawing.getPrediction())[0]!.text).toBe(a);
    drawing.removeStroke(second![0]!); // which is not there
    expect(drawing.getStrokes()).toEqual(first);

    drawing.clear();
    expect(drawing.getStrokes()).toEqual([]);
    expect(await drawing.getPrediction()).toEqual([]);
    for (const stroke of second!) drawing.addStroke(stroke);
    expect((await drawing.getPrediction())[0]!.text).toBe(b);
    for (const stroke of second!) stroke.clear();
    expect(await drawing.getPrediction()).toEqual([]);
  });

  it('loses one stroke without losing the word', async () => {
    const strokes = strokesOf(realWords[4]!.ink);
    const drawing = recognizer.startDrawing();
    for (const stroke of strokes) drawing.addStroke(stroke);
    drawing.removeStroke(strokes.at(-1)!);
    const [best] = await drawing.getPrediction();
    expect(best!.text).toBe(await read(strokes.slice(0, -1)));
    const used = best!.segmentationResult.flatMap(({ drawingSegments }) => drawingSegments);
    expect(new Set(used.map(({ strokeIndex }) => strokeIndex)).size).toBe(strokes.length - 1);
  });

  it('is held as it was when the prediction was asked for', async () => {
    const strokes = strokesOf(realWords[0]!.ink);
    const text = await read(strokes);
    const drawing = recognizer.startDrawing();
    for (const stroke of strokes) drawing.addStroke(stroke);
    const prediction = drawing.getPrediction();
    strokes[0]!.clear();
    drawing.clear();
    expect((await prediction)[0]!.text).toBe(text);
  });

  it('holds a stroke twice where it was added twice, and removes both', () => {
    const [stroke] = strokesOf([{ x: [1], y: [2] }]);
    const drawing = recognizer.startDrawing();
    drawing.addStroke(stroke!);
    drawing.addStroke(stroke!);
    expect(drawing.getStrokes()).toEqual([stroke, stroke]);
    drawing.getStrokes().pop();
    expect(drawing.getStrokes()).toHaveLength(2);
    drawing.removeStroke(stroke!);
    expect(drawing.getStrokes()).toEqual([]);
  });

  it('needs no hints', () => {
    expect(recognizer.startDrawing(null).getStrokes()).toEqual([]);
  });

  it('takes nothing but strokes', () => {
    const drawing = recognizer.startDrawing();
    expect(() => drawing.addStroke({} as HandwritingStroke)).toThrow(TypeError);
    expect(() => drawing.removeStroke(null as unknown as HandwritingStroke)).toThrow(TypeError);
  });

  it.each([
    [undefined, 3],
    [1, 1],
    [5, 5],
    [0, 1],
    [-1, 20],
    [2.9, 2],
    [1000, 20],
    [Number.NaN, 1],
  ])('asked for %s alternatives gives %d', async (alternatives, count) => {
    const drawing = recognizer.startDrawing({ alternatives });
    for (const stroke of strokesOf(realWords[6]!.ink)) drawing.addStroke(stroke);
    expect(await drawing.getPrediction()).toHaveLength(count);
  });
});

describe('a stroke', () => {
  it('copies its points in and out', () => {
    const stroke = new HandwritingStroke();
    const point = { x: 1, y: 2, t: 3 };
    stroke.addPoint(point);
    point.x = 99;
    stroke.getPoints()[0]!.y = 99;
    stroke.addPoint({ x: 4, y: 5 });
    expect(stroke.getPoints()).toEqual([
      { x: 1, y: 2, t: 3 },
      { x: 4, y: 5 },
    ]);
    stroke.clear();
    expect(stroke.getPoints()).toEqual([]);
  });

  it.each([
    ['x', { x: Number.NaN, y: 0 }],
    ['y', { x: 0, y: Infinity }],
    ['y', { x: 0 }],
    ['t', { x: 0, y: 0, t: Number.NaN }],
    ['x', { x: '1', y: 0 }],
    ['point', null],
  ])('refuses a point by the name of what is wrong: %s', (name, point) => {
    const stroke = new HandwritingStroke();
    expect(() => stroke.addPoint(point as never)).toThrow(TypeError);
    expect(() => stroke.addPoint(point as never)).toThrow(name);
    expect(stroke.getPoints()).toEqual([]);
  });
});

describe('creating and asking for a recogniser', () => {
  it('says what there is', async () => {
    expect(await queryHandwritingRecognizer(english, options)).toEqual({
      textAlternatives: true,
      textSegmentation: true,
      hints: {
        recognitionType: ['text', 'per-character'],
        inputType: null,
        textContext: null,
        alternatives: true,
      },
    });
    expect(await queryHandwritingRecognizer({ languages: ['en-GB', 'en'] }, options)).not.toBeNull();
    for (const languages of [['xx'], ['en', 'fr'], [], ['no tag']])
      expect(await queryHandwritingRecognizer({ languages }, options)).toBeNull();
  });

  it.each([[['xx']], [['en', 'fr']], [[]], [['../handwriting-en']]])(
    'has no model for %j',
    async (languages) => {
      await expect(createHandwritingRecognizer({ languages }, options)).rejects.toMatchObject({
        name: 'NotSupportedError',
      });
    },
  );

  it.each([undefined, {}, { languages: 'en' }, { languages: 7 }, null])(
    'wants a list of languages, not %j',
    async (constraint) => {
      await expect(createHandwritingRecognizer(constraint as never, options)).rejects.toThrow(TypeError);
      await expect(queryHandwritingRecognizer(constraint as never, options)).rejects.toThrow(TypeError);
    },
  );

  it('wants options that are an object', async () => {
    const refused = { code: 'ARGUMENT', details: { options: 'null' } };
    await expect(createHandwritingRecognizer(english, null as never)).rejects.toMatchObject(refused);
    await expect(queryHandwritingRecognizer(english, null as never)).rejects.toMatchObject(refused);
  });

  it.each([{ signal: 5 }, { onProgress: 5 }, { cache: 'always' }])(
    'names an option that is none: %o',
    async (bad) => {
      const refused = {
        code: 'ARGUMENT',
        details: Object.fromEntries(Object.entries(bad).map(([key, value]) => [key, String(value)])),
      };
      await expect(
        createHandwritingRecognizer(english, { ...options, ...bad } as never),
      ).rejects.toMatchObject(refused);
      if ('onProgress' in bad) return;
      await expect(
        queryHandwritingRecognizer(english, { ...options, ...bad } as never),
      ).rejects.toMatchObject(refused);
    },
  );

  it('stops creating once it is aborted', async () => {
    const aborted = createHandwritingRecognizer(english, { ...options, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toBeInstanceOf(RivuletError);
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('refuses drawings and predictions once it has finished', async () => {
    const recognizer = await createHandwritingRecognizer(english, options);
    const drawing = recognizer.startDrawing();
    for (const stroke of strokesOf(realWords[5]!.ink)) drawing.addStroke(stroke);
    const late = drawing.getPrediction();
    recognizer.finish();
    recognizer.finish();
    // The one under way either came first or is told the same.
    await late.catch((error) => expect(error).toMatchObject({ name: 'InvalidStateError' }));
    expect(() => recognizer.startDrawing()).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
    await expect(drawing.getPrediction()).rejects.toMatchObject({ name: 'InvalidStateError' });
  });
});
