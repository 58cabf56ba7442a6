import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeInkFolder, writeInkLines } from '../fixtures/inkFolder.ts';
import type { LabelledInk } from './inkSet.ts';
import { unipenLines } from './unipenLines.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-ink-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(split: 'train' | 'val' = 'train'): Promise<LabelledInk[]> {
  const samples: LabelledInk[] = [];
  for await (const sample of unipenLines(folder, 'words', split)) samples.push(sample);
  return samples;
}

const good = '{"c":"abc","w":"abc-7","l":"it","q":"OK","s":[[10,20,1,2,-3,4],[5,-6],[]]}';

describe('unipenLines', () => {
  it('adds up the differences of each stroke and turns y downward', async () => {
    writeInkLines(folder, 'words.train', [good]);
    const [sample, ...others] = await read();
    expect(others).toEqual([]);
    expect(sample).toMatchObject({ label: 'it', contributor: 'abc', writer: 'abc-7' });
    expect(sample!.ink.map(({ x, y }) => [Array.from(x), Array.from(y)])).toEqual([
      [
        [10, 11, 8],
        [-20, -22, -26],
      ],
      [[5], [6]],
      [[], []],
    ]);
  });

  it('reads back what the tests write, y downward', async () => {
    const strokes = [
      [
        [3, -4],
        [5, 7],
      ],
    ] as const;
    writeInkFolder(folder, { 'words.val': [{ label: 'a', strokes, contributor: 'zzz' }] });
    const [sample] = await read('val');
    expect(sample).toMatchObject({ contributor: 'zzz', writer: 'zzz-1' });
    expect(sample!.ink.map(({ x, y }) => [Array.from(x), Array.from(y)])).toEqual([
      [
        [3, 5],
        [-4, 7],
      ],
    ]);
    expect(await read('train')).toEqual([]);
  });

  it('passes over empty lines, and needs no newline at the end', async () => {
    for (const lines of [
      ['', good, '', good],
      [good, good, ''],
    ]) {
      writeInkLines(folder, 'words.train', lines);
      expect(await read()).toHaveLength(2);
    }
  });

  it('keeps labels beyond ASCII whole', async () => {
    writeInkLines(folder, 'words.train', [good.replace('it', 'naïve £5')]);
    expect((await read())[0]?.label).toBe('naïve £5');
  });

  it.each([
    ['no JSON', '{"c":"abc"'],
    ['no object', 'null'],
    ['no strokes', '{"c":"abc","w":"abc-7","l":"it"}'],
    ['strokes that are none', '{"c":"abc","w":"abc-7","l":"it","s":[7]}'],
    ['no label', '{"c":"abc","w":"abc-7","s":[[1,2]]}'],
    ['a label that is none', '{"c":"abc","w":"abc-7","l":7,"s":[[1,2]]}'],
    ['no writer', '{"c":"abc","l":"it","s":[[1,2]]}'],
    ['a coordinate that is a word', '{"c":"abc","w":"abc-7","l":"it","s":[["1",2]]}'],
    ['a coordinate that is missing', '{"c":"abc","w":"abc-7","l":"it","s":[[null,2]]}'],
    ['a coordinate beyond float64', '{"c":"abc","w":"abc-7","l":"it","s":[[1e999,2]]}'],
    ['a point too far out', '{"c":"abc","w":"abc-7","l":"it","s":[[1,2],[1e300,2]]}'],
    ['half a point', '{"c":"abc","w":"abc-7","l":"it","s":[[1,2,3]]}'],
  ])('names the line of a sample with %s, empty lines counted', async (_, broken) => {
    const path = writeInkLines(folder, 'words.train', [good, '', broken, good]);
    await expect(read()).rejects.toMatchObject({ code: 'DATA_INVALID', details: { path, line: 3 } });
    await expect(read()).rejects.toThrow('Line 3');
  });

  it('answers any damaged file with samples of finite points or a coded error', async () => {
    const damage = fc.array(
      fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0-"{}[],\n')))),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    const text = Buffer.from(`${good}\n${good}\n`);
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(text);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        writeInkLines(folder, 'words.train', [bytes.toString('latin1')]);
        try {
          for (const { ink, label } of await read()) {
            expect(typeof label).toBe('string');
            const points = ink.flatMap(({ x, y }) => [...Array.from(x), ...Array.from(y)]);
            expect(points.every(Number.isFinite)).toBe(true);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'DATA_INVALID', details: { line: expect.any(Number) } });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('names a file that is missing, or is no gzip, or is cut short', async () => {
    const path = join(folder, 'handwriting', 'unipen-words.train.jsonl.gz');
    await expect(read()).rejects.toMatchObject({ code: 'DATA_INVALID', details: { path } });
    mkdirSync(join(folder, 'handwriting'));
    for (const bytes of [Buffer.from(good), gzipSync(good).subarray(0, 40)]) {
      writeFileSync(path, bytes);
      await expect(read()).rejects.toMatchObject({ code: 'DATA_INVALID', details: { path } });
    }
  });
});
