import { describe, expect, it } from 'vitest';
import { detectSeason } from './detectSeason.ts';

/** Deterministic noise in [-1, 1). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

const wave = (n: number, season: number, roughness: number, trend = 0) => {
  const draw = noise(season);
  return Float64Array.from(
    { length: n },
    (_, t) =>
      Math.sin((2 * Math.PI * t) / season) +
      0.4 * Math.sin((4 * Math.PI * t) / season) +
      trend * t +
      roughness * draw(),
  );
};

describe('detectSeason', () => {
  it.each([7, 8, 12, 24, 96, 144])('finds a season of %d in noise and under a trend', (season) => {
    expect(detectSeason(wave(season * 12, season, 0.5, 0.01))).toBe(season);
  });

  it('finds the minutes of a day', () => {
    expect(detectSeason(wave(1440 * 6, 1440, 0.3))).toBe(1440);
  });

  it('prefers the day where a week is there too', () => {
    const y = wave(24 * 7 * 6, 24, 0.2).map((value, t) => value * (Math.floor(t / 24) % 7 < 5 ? 1 : 0.6));
    expect(detectSeason(y)).toBe(24);
  });

  it('bears gaps', () => {
    const y = wave(24 * 20, 24, 0.2);
    for (let t = 100; t < 130; t++) y[t] = Number.NaN;
    expect(detectSeason(y)).toBe(24);
  });

  it('finds none in noise, in a constant, in a line, in nothing', () => {
    const draw = noise(5);
    expect(detectSeason(Float64Array.from({ length: 400 }, draw))).toBe(1);
    expect(detectSeason(new Float64Array(400).fill(3))).toBe(1);
    expect(detectSeason(Float64Array.from({ length: 400 }, (_, t) => t))).toBe(1);
    expect(detectSeason([])).toBe(1);
  });
});
