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
});

describe('ontoGrid', () => {
  it('leaves holes where nothing was read and bears a second of jitter', () => {
    expect([...ontoGrid([0, 59_000, 240_000], [1, 2, 3], 60_000)]).toEqual([1, 2, Number.NaN, Number.NaN, 3]);
  });

  it('refuses time that runs backwards', () => {
    expect(() => ontoGrid([0, 120_000, 60_000], [1, 2, 3], 60_000)).toThrowError(
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
    await expect(async () => loadSensors('moon', '.')).rejects.toMatchObject({ code: 'RECIPE_INVALID' });
    expect(sensorAttributions(['tetouan', 'tetouan'])).toHaveLength(1);
  });
});
