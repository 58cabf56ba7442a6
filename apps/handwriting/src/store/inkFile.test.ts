import { RivuletError } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { InkStroke } from '../canvas/inkStroke.ts';
import { readInkFile, writeInkFile } from './inkFile.ts';

const strokes = [
  InkStroke.from('a', 'pen', { x: [1.004, 2], y: [3, 4], t: [1e12, 1e12 + 4.2], p: [0.25, 0.5] }),
  InkStroke.from('b', 'touch', { x: [5], y: [6], t: [1e12 + 100], p: [0.5] }),
];

it('comes back as it was, to a hundredth', () => {
  const back = readInkFile(writeInkFile({ text: 'hello "you"\n', strokes }));
  expect(back.text).toBe('hello "you"\n');
  expect(back.strokes.map(({ tool, x, y, t, p }) => ({ tool, x, y, t, p }))).toEqual([
    { tool: 'pen', x: [1, 2], y: [3, 4], t: [1e12, 1e12 + 4.2], p: [0.25, 0.5] },
    { tool: 'touch', x: [5], y: [6], t: [1e12 + 100], p: [0.5] },
  ]);
  // Strokes of a file that is read twice must not be taken for the same.
  expect(back.strokes[0]!.id).not.toBe('a');
  expect(readInkFile(writeInkFile({ text: '', strokes: [] })).strokes).toEqual([]);
});

describe('a file that is no ink', () => {
  const good = JSON.parse(writeInkFile({ text: '', strokes }));
  const edited = (edit: (file: typeof good) => void) => {
    const file = structuredClone(good);
    edit(file);
    return JSON.stringify(file);
  };
  const cases: [name: string, json: string, path: string | undefined][] = [
    ['no JSON', 'x', undefined],
    ['null', 'null', 'format'],
    ['another format', '{"format":"other"}', 'format'],
    ['a later version', edited((file) => (file.version = 2)), 'version'],
    ['no strokes', edited((file) => delete file.strokes), 'strokes'],
    ['a stroke of nothing', edited((file) => (file.strokes[1] = null)), 'strokes[1].x'],
    ['an empty stroke', edited((file) => (file.strokes[0].x = [])), 'strokes[0].x'],
    ['columns of different length', edited((file) => file.strokes[0].y.pop()), 'strokes[0].y'],
    ['a word for a number', edited((file) => (file.strokes[0].x[1] = '2')), 'strokes[0].x[1]'],
    ['a coordinate beyond any page', edited((file) => (file.strokes[0].y[0] = 1e9)), 'strokes[0].y[0]'],
    ['infinity', writeInkFile({ text: '', strokes }).replace('1,2', '1,1e999'), 'strokes[0].x[1]'],
  ];
  it.each(cases)('%s is refused by name', (_name, json, path) => {
    let error: unknown;
    try {
      readInkFile(json);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RivuletError);
    expect(error).toMatchObject({ code: 'INK_INVALID', ...(path && { details: { path } }) });
  });
});
