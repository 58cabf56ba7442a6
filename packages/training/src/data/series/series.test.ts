import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { millis } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coarser, ontoGrid } from './ontoGrid.ts';
import { parseCsv } from './readCsv.ts';
import { chronologicalSplit } from './sensorSeries.ts';
import { loadSensors, sensorAttributions } from './sensorSets.ts';

describe('parseCsv', () => {
  it('reads numbers, holes and a nameless first column of row names', () => {
    const csv = parseCsv('"date","a","b"\n"1","2015-01-01",3,NA\n"2","2015-01-02",,4.5\n');
    expect(csv.text('date')).toEqual(['2015-01-01', '2015-01-02']);
    expect([...csv.numbers('a')]).toEqual([3, Number.NaN]);
    expect([...csv.numbers('b')]).toEqual([Number.NaN, 4.5]);
    expect(() => csv.numbers('c')).toThrowError(expect.objectContaining({ code: 'DATA_INVALID' }));
  });

  it('takes what is no finite number for missing, and fields that a cut-off line lacks', () => {
    const csv = parseCsv('a,b\r\n inf ,-Infinity\r\n\r\nx,1e999\r\n 7 ,\r\n8');
    expect([...csv.numbers('a')]).toEqual([Number.NaN, Number.NaN, 7, 8]);
    expect([...csv.numbers('b')]).toEqual(new Array(4).fill(Number.NaN));
  });

  it('names the line whose commas would shift its columns', () => {
    expect(() => parseCsv('a,b\n1,2\n\n3,4,5\n', 'some.csv')).toThrowError(
      expect.objectContaining({
        code: 'DATA_INVALID',
        message: expect.stringContaining('line 4 of some.csv'),
        details: { path: 'some.csv', line: 4, expected: 2, got: 3 },
      }),
    );
  });

  it('answers any text with columns of finite numbers and NaN, or a coded error', () => {
    const line = fc.array(fc.constantFrom('1', '-2.5', 'NA', '', 'NaN', 'inf', '"', '1e999', 'x', ' '), {
      maxLength: 5,
    });
    const text = fc.oneof(
      fc
        .array(
          line.map((fields) => fields.join()),
          { maxLength: 6 },
        )
        .map((lines) => lines.join('\n')),
      fc.string({ unit: 'binary', maxLength: 100 }),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          const csv = parseCsv(source);
          for (const name of csv.header) {
            const values = csv.numbers(name);
            expect(values).toHaveLength(csv.rows.length);
            expect(values.some((value) => Math.abs(value) === Infinity)).toBe(false);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'DATA_INVALID' });
        }
      }),
    );
  });
});

describe('ontoGrid', () => {
  const grid = (times: number[], values: number[]) => ontoGrid(times.map(millis), values, millis(60_000));

  it('leaves holes where nothing was read and bears a second of jitter', () => {
    expect([...grid([0, 59_000, 240_000], [1, 2, 3])]).toEqual([1, 2, Number.NaN, Number.NaN, 3]);
  });

  it('refuses a time a century off instead of asking for the memory', () => {
    expect(() => grid([0, 60_000, 1e15], [1, 2, 3])).toThrowError(
      expect.objectContaining({ code: 'DATA_INVALID', details: expect.objectContaining({ readings: 3 }) }),
    );
    expect(() => grid([0, Number.NaN], [1, 2])).toThrowError(/is no time/);
  });

  it('refuses time that runs backwards', () => {
    expect(() => grid([0, 120_000, 60_000], [1, 2, 3])).toThrowError(
      expect.objectContaining({ code: 'DATA_INVALID', details: { row: 2, time: 60_000 } }),
    );
  });
});

describe('coarser', () => {
  it('means what was read', () => {
    expect([...coarser(Float64Array.of(1, 3, Number.NaN, 4, Number.NaN, Number.NaN, 9), 2)]).toEqual([
      2,
      4,
      Number.NaN,
    ]);
  });
});

describe('sensor sets', () => {
  it('splits by time without a hole', () => {
    const { train, val, test } = chronologicalSplit(17);
    expect([...train, ...val, ...test]).toEqual([0, 10, 10, 13, 13, 17]);
  });

  it('names an unknown set and attributes each known one once', async () => {
    for (const name of ['moon', '__proto__']) {
      await expect(loadSensors(name, '.')).rejects.toMatchObject({ code: 'RECIPE_INVALID' });
    }
    expect(sensorAttributions(['tetouan', 'tetouan'])).toHaveLength(1);
  });

  it('says where the files of a missing folder are public, and which of them is damaged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-series-'));
    try {
      for (const name of ['beijing-multisite', 'ett']) {
        await expect(loadSensors(name, folder)).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining('https://'),
        });
      }
      mkdirSync(join(folder, 'series', 'beijing-multisite'), { recursive: true });
      await expect(loadSensors('beijing-multisite', folder)).rejects.toThrow(/has no series/);
      mkdirSync(join(folder, 'series', 'tetouan'));
      await expect(loadSensors('tetouan', folder)).rejects.toThrow(/tetouan\.csv/);
      writeFileSync(join(folder, 'series', 'tetouan', 'tetouan.csv.gz'), 'no gzip');
      await expect(loadSensors('tetouan', folder)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
