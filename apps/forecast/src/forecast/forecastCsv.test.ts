import { describe, expect, it } from 'vitest';
import { readCsv } from '../source/csv/readCsv.ts';
import type { Series } from '../source/series.ts';
import { forecastCsv } from './forecastCsv.ts';
import { forecastRecord, LEVELS } from './forecastRecord.ts';

describe('forecastCsv', () => {
  const series: Series = {
    title: 'Pump "A", hall 2',
    unit: 'kW',
    start: Date.UTC(2024, 2, 30),
    stepMs: 900_000,
    length: 96,
    clock: 'wall',
    values: Float32Array.from({ length: 96 }, (_, i) => i % 7),
  };
  const at = (level: number) => Float32Array.from({ length: 24 }, (_, h) => h + level);
  const record = forecastRecord(series.values, 96, 24, 7, {
    median: at(0.5),
    quantiles: Object.fromEntries(LEVELS.map((level) => [String(level), at(level)])),
    levels: { 80: { lo: at(0.1), hi: at(0.9) }, 95: { lo: at(0.025), hi: at(0.975) } },
  });

  it('is read back by the page with the same times and numbers', () => {
    const read = readCsv(forecastCsv(series, record, 96));
    expect(read).toMatchObject({
      start: series.start + 96 * 900_000,
      stepMs: 900_000,
      length: 24,
      clock: 'wall',
    });
    const median = read.columns.find(({ name }) => name === 'median')!;
    expect([...median.values]).toEqual([...at(0.5)]);
    expect(read.columns.map(({ name }) => name)).toContain('hi-95');
  });

  it('leaves out what is past by now', () => {
    const lines = forecastCsv(series, record, 100).trim().split('\n');
    expect(lines).toHaveLength(1 + 20);
    expect(lines[1]).toMatch(/^"Pump ""A"", hall 2",2024-03-31T01:00:00,4\.5,/);
  });
});
