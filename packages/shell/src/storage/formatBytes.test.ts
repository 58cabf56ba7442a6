import { expect, it } from 'vitest';
import { formatBytes } from './formatBytes.ts';

it('never shows 1000 of a unit, and keeps small figures readable', () => {
  expect([0, 12, 999, 1_000, 999_499, 999_600, 1_440_000, 25_000_000, 3e9, 2e15].map(formatBytes)).toEqual([
    '0 B',
    '12 B',
    '999 B',
    '1 kB',
    '999 kB',
    '1.0 MB',
    '1.4 MB',
    '25 MB',
    '3.0 GB',
    '2000 TB',
  ]);
  expect(formatBytes(-5)).toBe('0 B');
});
