import { describe, expect, it } from 'vitest';
import { normalQuantile } from './normalQuantile.ts';
import { seasonalError, seasonalNaive } from './seasonalNaive.ts';

describe('normalQuantile', () => {
  it.each([
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.1, -1.2815515655446004],
    [1e-10, -6.361340902404056],
  ])('%d -> %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 12);
  });

  it('names a probability that is none', () => {
    expect(() => normalQuantile(1)).toThrowError(expect.objectContaining({ code: 'ARGUMENT' }));
  });
});

describe('seasonalNaive', () => {
  // seasonal differences of [1 2 3 | 2 4 3]: 1, 2, 0
  const y = [1, 2, 3, 2, 4, 3];

  it('repeats the last season and widens with every further one', () => {
    const naive = seasonalNaive(y, 3, 7);
    const sigma = Math.sqrt((1 + 4 + 0) / 3);
    expect([...naive.point]).toEqual([2, 4, 3, 2, 4, 3, 2]);
    [1, 1, 1, 2, 2, 2, 3].forEach((seasons, h) => {
      expect(naive.sigma[h]).toBeCloseTo(sigma * Math.sqrt(seasons), 12);
    });
    expect(naive.quantile(0.9)[3]).toBeCloseTo(2 + 1.2815515655446004 * sigma * Math.SQRT2, 12);
    expect([...naive.quantile(0.5)]).toEqual([...naive.point]);
  });

  it('makes sigma from the last readings only when told', () => {
    // the last four readings hold one pair: (2, 3)... y[5] - y[2] = 0
    expect(seasonalNaive(y, 3, 1, { recent: 4 }).sigma[0]).toBe(0);
  });

  it('leaves missing readings out of sigma and fills the season', () => {
    const naive = seasonalNaive([1, 2, 3, 2, Number.NaN, 3], 3, 3);
    expect(naive.sigma[0]).toBeCloseTo(Math.sqrt(1 / 2), 12);
    expect(naive.point[1]).toBe(2.5);
  });

  it('repeats the last reading when the past is shorter than a season', () => {
    expect([...seasonalNaive([7, 8], 24, 3).point]).toEqual([8, 8, 8]);
  });
});

describe('seasonalError', () => {
  it('is the mean absolute seasonal difference of the observed pairs', () => {
    expect(seasonalError([1, 2, 3, 2, 4, 3], 3)).toBe(1);
    expect(seasonalError([1, 2, 3, 2, Number.NaN, 3], 3)).toBe(0.5);
    expect(seasonalError([1, 2], 3)).toBe(0);
  });
});
