import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RivuletError } from '@rivulet/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePenDigits, readPenDigits } from './penDigits.ts';

const TEXT = `.INCLUDE        dene.doc
.LEXICON "0" "1"
.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 267  333
 268  336
.PEN_UP
.DT 100

.SEGMENT DIGIT    1-2 ? "4"
.COMMENT 4 7  2
.PEN_DOWN
 1  2
.PEN_UP
.PEN_DOWN
 3  4
 5  6
.PEN_UP
`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-digits-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('pen digits', () => {
  it('are read with writer, strokes and y downward, gzipped or not', async () => {
    const digits = parsePenDigits(TEXT, 'file');
    expect(digits).toEqual([
      { label: '8', contributor: 'pendigits', writer: '12', ink: [{ x: [267, 268], y: [-333, -336] }] },
      {
        label: '4',
        contributor: 'pendigits',
        writer: '7',
        ink: [
          { x: [1], y: [-2] },
          { x: [3, 5], y: [-4, -6] },
        ],
      },
    ]);
    const to = join(folder, 'handwriting/pendigits');
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, 'pendigits-orig-tra.txt.gz'), gzipSync(TEXT));
    expect(await readPenDigits(folder, 'train')).toEqual(digits);
    await expect(readPenDigits(folder, 'test')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/pendigits-orig-tes\.txt\.gz cannot be read.*archive\.ics\.uci\.edu/),
    });
  });

  it.each([
    [3, TEXT.replace('"8"', '"x"')],
    [4, TEXT.replace('.COMMENT 8', '.COMMENT 9')],
    [6, TEXT.replace('267  333', '267  NaN')],
    [6, TEXT.replace('267  333', '267')],
    [1, '.PEN_DOWN\n'],
    [3, TEXT.replace('.COMMENT 8 12  224', '')],
    [11, `${TEXT.slice(0, TEXT.indexOf('.COMMENT 4'))}.COMMENT 4 7  2\n`],
  ])('name the broken line %i', (line, text) => {
    expect(() => parsePenDigits(text, 'file')).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', details: expect.objectContaining({ line }) }),
    );
  });

  it('are read or refused by line, whatever stands in the file', () => {
    const rows = TEXT.split('\n');
    const harm = fc.array(
      fc.tuple(fc.nat({ max: rows.length - 1 }), fc.oneof(fc.string(), fc.constantFrom(...rows))),
    );
    fc.assert(
      fc.property(harm, (changes) => {
        const changed = [...rows];
        for (const [at, row] of changes) changed[at] = row;
        try {
          for (const { ink } of parsePenDigits(changed.join('\n'), 'file'))
            expect(ink.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(RivuletError);
          expect((error as RivuletError).details.line).toBeGreaterThan(0);
        }
      }),
    );
  });
});
