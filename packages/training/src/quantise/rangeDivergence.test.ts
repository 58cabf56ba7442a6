import { expect, it } from 'vitest';
import { type ActivationRange, rangeOver } from './activationRange.ts';
import { rangeDivergence } from './rangeDivergence.ts';

/** Levels at -2 ... 2. */
const range: ActivationRange = { bits: 8, scale: 1, zero: 0, least: -2, most: 2 };

it('is nothing where each bin has a level of its own and nothing is beyond', () => {
  expect(
    rangeDivergence(range, [
      [-2, 5],
      [0, 90],
      [1, 7],
    ]),
  ).toBeCloseTo(0, 12);
});
it('is what sharing a level costs', () => {
  // 3 and 1 become 2 and 2.
  const shared = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
  expect(
    rangeDivergence(range, [
      [0.9, 3],
      [1.1, 1],
    ]),
  ).toBeCloseTo(shared, 12);
  expect(
    rangeDivergence(range, [
      [0.9, 2],
      [1.1, 2],
    ]),
  ).toBeCloseTo(0, 12);
});
it('is what cutting off costs, at either end', () => {
  // Of 10 values 2 are put to those 4 at the end, of which rounding knows 4 in 8.
  const cut = 0.4 * Math.log(0.4 / 0.5) + 0.6 * Math.log(0.6 / 0.5);
  expect(
    rangeDivergence(range, [
      [0, 4],
      [2, 4],
      [9, 2],
    ]),
  ).toBeCloseTo(cut, 12);
  expect(
    rangeDivergence(range, [
      [-9, 2],
      [-2, 4],
      [0, 4],
    ]),
  ).toBeCloseTo(cut, 12);
});
it('of a range that holds nothing is without bound', () => {
  expect(rangeDivergence(rangeOver(0, 0.01, 8), [[5, 1]])).toBe(Number.POSITIVE_INFINITY);
});
