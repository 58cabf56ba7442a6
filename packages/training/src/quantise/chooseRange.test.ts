import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { rangeOver, roundTo } from './activationRange.ts';
import { chooseRange, RANGE_METHODS } from './chooseRange.ts';
import { ValueHistogram } from './valueHistogram.ts';

const histogramOf = (values: readonly number[]): ValueHistogram => {
  const histogram = new ValueHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
};
const squares = (values: readonly number[], range: ReturnType<typeof rangeOver>): number =>
  values.reduce((sum, value) => sum + (value - roundTo(range, value)) ** 2, 0);

const random = Random.fromSeed(3);
const bell = Array.from({ length: 20_000 }, () => random.normal());
/** What an outlier does to the range of all values. */
const outlying = [...bell, 40, -25];

describe('a range', () => {
  it('has 0 among its levels, spreads 8 bits over both ends, and rounds ties to even', () => {
    const range = rangeOver(-1, 3, 8);
    expect(range.scale).toBe(Math.fround(4 / 255));
    expect([range.zero, roundTo(range, 0)]).toEqual([-64, 0]);
    expect(roundTo(range, 3)).toBeCloseTo(3, 1);
    expect(roundTo(range, 99)).toBe((127 + 64) * range.scale);
    expect(roundTo(range, -99)).toBe((-128 + 64) * range.scale);
    const half = { bits: 8, scale: 0.5, zero: 3, least: -128, most: 127 } as const;
    expect([0.25, 0.75, -0.25, -1.25].map((value) => roundTo(half, value))).toEqual([0, 1, 0, -1]);
    expect(roundTo(half, Number.NaN)).toBeNaN();
  });
  it.each([7, 16] as const)('of %i bits stands around 0', (bits) => {
    const most = 2 ** (bits - 1) - 1;
    expect(rangeOver(-1, 3, bits)).toMatchObject({
      zero: 0,
      least: bits === 16 ? -32768 : -63,
      most,
      scale: Math.fround(3 / most),
    });
  });
  it('of zeros alone can be divided by, and one of positive numbers begins at 0', () => {
    for (const bits of [7, 8, 16] as const) expect(roundTo(rangeOver(0, 0, bits), 0)).toBe(0);
    expect(rangeOver(2, 5, 8)).toMatchObject({ zero: -128, scale: Math.fround(5 / 255) });
  });
});

describe('a histogram', () => {
  it('grows with its values and keeps their number and their mean', () => {
    const values = [0, 1e-6, -3e-4, 0.02, -5, 700, 700.5, -2048];
    const histogram = histogramOf(values);
    expect([histogram.least, histogram.most, histogram.count]).toEqual([-2048, 700.5, 8]);
    const bins = [...histogram.bins()];
    expect(bins.reduce((sum, [, count]) => sum + count, 0)).toBe(8);
    expect(bins.reduce((sum, [mean, count]) => sum + mean * count, 0)).toBeCloseTo(
      values.reduce((a, b) => a + b, 0),
      9,
    );
    expect(bins.map(([mean]) => mean)).toEqual([...bins.map(([mean]) => mean)].sort((a, b) => a - b));
    expect(bins[0]).toEqual([-2048, 1]);
  });
});

describe('the choice of a range', () => {
  it('minmax holds every value', () => {
    const range = chooseRange(histogramOf(outlying), 'minmax', 16);
    const farthest = Math.max(...outlying.map((value) => Math.abs(roundTo(range, value) - value)));
    expect(farthest).toBeLessThan(range.scale);
  });
  it('percentile leaves a share of 0.005 % beyond each end', () => {
    const { scale, zero, least, most } = chooseRange(histogramOf(outlying), 'percentile', 8);
    const [low, high] = [(least - zero) * scale, (most - zero) * scale];
    for (const count of [outlying.filter((v) => v < low).length, outlying.filter((v) => v > high).length]) {
      expect(count).toBeGreaterThanOrEqual(1);
      expect(count).toBeLessThanOrEqual(3);
    }
  });
  it.each([7, 8] as const)('mse is the least squared error on the values themselves, %i bits', (bits) => {
    const [minmax, percentile, mse] = RANGE_METHODS.map((method) =>
      squares(outlying, chooseRange(histogramOf(outlying), method, bits)),
    );
    expect(mse).toBeLessThan(minmax! * (bits === 7 ? 0.8 : 0.98));
    expect(mse).toBeLessThanOrEqual(percentile!);
  });
  it.each([7, 8] as const)('kl gives up what few values say for what many do, %i bits', (bits) => {
    const reach = (of: readonly number[]): number => {
      const { scale, zero, most } = chooseRange(histogramOf(of), 'kl', bits);
      return (most - zero) * scale;
    };
    // Two outliers stretch the range of all values to 40; the bell itself ends near 4.
    expect(reach(outlying)).toBeLessThan(12);
    expect(reach(bell)).toBeGreaterThan(2);
    // What is spread evenly has no values that are few.
    expect(reach(Array.from({ length: 20_000 }, (_, i) => i / 10_000 - 1))).toBeGreaterThan(0.9);
  });
  it('nothing but zeros are zero whoever chooses', () => {
    for (const method of RANGE_METHODS) {
      expect(roundTo(chooseRange(histogramOf([0, 0]), method, 8), 0)).toBe(0);
    }
  });
});
