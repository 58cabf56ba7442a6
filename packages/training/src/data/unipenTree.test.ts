import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RivuletError } from '@rivulet/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabelledInk } from './inkSet.ts';
import { parseUnipen } from './parseUnipen.ts';
import { unipenSamples } from './unipenSamples.ts';

const INK = `.COORD T Y X
.PEN_DOWN
 0 10 1
 1 20 2
 2 20 2
.PEN_UP
 3 30 3
.PEN_DOWN
.PEN_DOWN
 4 40 4
 5 50 5
 6 60 6
.COMMENT 7 7 7
 8 8 8
.PEN_DOWN
 9 90 9
`;

const parse = (text: string) => parseUnipen(text, 'a.dat', () => undefined);

describe('parseUnipen', () => {
  it('takes columns by name, turns y downward, drops repeated points, counts blocks with points alone', () => {
    const { segments } = parse(`${INK}.SEGMENT WORD 0-2 OK "it"\n.SEGMENT WORD 3 ? "."`);
    expect(
      segments[0]?.strokes.map(({ x, y }) => [[...(x as Float64Array)], [...(y as Float64Array)]]),
    ).toEqual([
      [
        [1, 2],
        [-10, -20],
      ],
      [
        [4, 5, 6],
        [-40, -50, -60],
      ],
    ]);
    expect(segments[1]).toMatchObject({ kind: 'WORD', quality: '?', label: '.' });
    expect(segments[1]?.strokes).toHaveLength(1);
  });

  it('reads parts of components and lists of them', () => {
    const { segments } = parse(`${INK}.SEGMENT CHARACTER 0:1-2:1,3 GOOD "a\\@b"`);
    expect(segments[0]?.label).toBe('ab');
    expect(segments[0]?.strokes.map(({ x }) => [...(x as Float64Array)])).toEqual([[2], [4, 5], [9]]);
  });

  it('counts repeated points where a segment begins or ends at one, and only then drops them', () => {
    const { segments } = parse(`.PEN_DOWN\n1 1\n1 1\n2 2\n3 3\n3 3\n4 4\n.SEGMENT CHARACTER 0:2-0:4 OK "a"`);
    expect(segments[0]?.strokes.map(({ x }) => [...(x as Float64Array)])).toEqual([[2, 3]]);
  });

  it('leaves out segments of components that are not there', () => {
    expect(parse(`${INK}.SEGMENT WORD 3-9 OK "no"\n.SEGMENT WORD x OK "no"`).segments).toEqual([]);
  });

  it('names the line of a point that is none, and of a file in a circle', () => {
    expect(() => parse('.COORD X Y\n.PEN_DOWN\n1 2\n3 x')).toThrow(/Line 4 of a\.dat/);
    expect(() => parse('.COORD P T')).toThrow(/no X and Y/);
    expect(() => parseUnipen('.INCLUDE a', 'a', () => '.INCLUDE a')).toThrow(/includes itself/);
  });

  it('answers any text with samples or a coded error', () => {
    const line = fc.constantFrom(
      ...INK.split('\n'),
      '.SEGMENT WORD 0-1 OK "a"',
      '.SEGMENT',
      '.INCLUDE',
      '1e999 2',
      '..',
    );
    const text = fc.oneof(
      fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n')),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          parse(source);
        } catch (error) {
          expect(error).toBeInstanceOf(RivuletError);
        }
      }),
    );
  });
});

describe('the raw tree', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unipen-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const all = async (split: 'train' | 'val'): Promise<LabelledInk[]> => {
    const found: LabelledInk[] = [];
    for await (const sample of unipenSamples(folder, 'words', split)) found.push(sample);
    return found;
  };

  it('follows includes, drops bad, blank and doubled segments, and splits by writer', async () => {
    for (let w = 0; w < 40; w++) {
      await put(`include/abc/${w}.ink`, INK);
      await put(
        `data/7/abc/${w}.dat`,
        `.WRITER_ID w${w}\n.INCLUDE abc/${w}.ink\n.SEGMENT WORD 0-2 OK "it"\n.SEGMENT WORD 0-2 OK "it"\n` +
          `.SEGMENT WORD 0 BAD "x"\n.SEGMENT WORD 0 OK "XXX"\n.SEGMENT CHARACTER 0 OK "c"\n`,
      );
    }
    // The same people for another contributor: they must not be met again in validation.
    for (let w = 0; w < 40; w++) {
      await put(`data/7/xyz/${w}.dat`, `.WRITER_ID w${w}\n.INCLUDE abc/${w}.ink\n.SEGMENT WORD 0 OK "so"\n`);
    }
    await put('data/7/abc/gone.dat', '.WRITER_ID w1\n.INCLUDE no/such\n.SEGMENT WORD 0 OK "x"\n');
    const [train, val] = [await all('train'), await all('val')];
    expect(train.length + val.length).toBe(80);
    expect(val.length).toBeGreaterThan(0);
    expect(val.length).toBeLessThan(24);
    for (const { label, contributor } of train) expect(label).toBe(contributor === 'abc' ? 'it' : 'so');
    const person = ({ writer }: LabelledInk) => writer.split('-')[1];
    const people = new Set(train.map(person));
    expect(val.some((sample) => people.has(person(sample)))).toBe(false);
  });

  it('says what a folder lacks', () => {
    expect(() => unipenSamples(folder, 'words', 'train')).toThrow(RivuletError);
  });
});
