import { describe, expect, it } from 'vitest';
import { digitsFor, formatNumber, formatShortTime, formatSpan, formatTime } from './format.ts';
import type { Grid } from './source/series.ts';

const grid = (stepMs: number, clock: Grid['clock'] = 'wall'): Grid => ({
  start: Date.UTC(2024, 1, 29),
  stepMs,
  length: 10,
  clock,
});

describe('formatSpan', () => {
  it.each([
    [3_600_000, 48, '2\u202fdays'],
    [3_600_000, 24, '1\u202fday'],
    [3_600_000, 36, '36\u202fh'],
    [600_000, 48, '8\u202fh'],
    [600_000, 1, '10\u202fmin'],
    [1000, 90, '90\u202fs'],
    [100, 3, '300\u202fms'],
  ])('%d ms times %d is %s', (stepMs, steps, text) => expect(formatSpan(grid(stepMs), steps)).toBe(text));

  it('counts rows where there is no time', () => expect(formatSpan(grid(1, 'rows'), 48)).toBe('48 rows'));
});

describe('formatNumber', () => {
  it('shows a typographic minus, no negative zero, and a dash for a gap', () => {
    expect([-1.25, -0.001, Number.NaN, 1234.5].map((value) => formatNumber(value, 1))).toEqual([
      '−1.3',
      '0.0',
      '–',
      '1,234.5',
    ]);
  });
  it('has the digits that a spread deserves', () => {
    expect([0.004, 0.5, 30, 4000, 0].map(digitsFor)).toEqual([4, 3, 1, 0, 1]);
  });
});

describe('formatTime', () => {
  it('shows a wall clock as the sensor showed it, in any zone', () => {
    expect(formatTime(grid(3_600_000), 25)).toBe('Fri, 1 Mar 2024, 01:00');
    expect(formatTime(grid(1, 'rows'), 4)).toBe('row 5');
  });
});

it('leaves the year out of times near now, and nothing else', () => {
  const hourly = { start: Date.UTC(2016, 5, 14), stepMs: 3_600_000, length: 48, clock: 'wall' } as const;
  expect(formatShortTime(hourly, 13)).toBe('Tue 14 Jun, 13:00');
  expect(formatShortTime({ ...hourly, stepMs: 1000 }, 61)).toBe('Tue 14 Jun, 00:01:01');
  expect(formatShortTime({ ...hourly, clock: 'rows' }, 4)).toBe('row 5');
});
