import { describe, expect, it } from 'vitest';
import { resample } from './resample.ts';
import { doubleSampled, realWords, scrawl } from './testing/ink.ts';

describe('resample', () => {
  it('puts points at equal distances, ends included, and says which points they follow', () => {
    const path = resample([{ x: [0, 3, 3], y: [0, 0, 4] }], 1);
    expect([...path.x]).toEqual([0, 1, 2, 3, 3, 3, 3, 3]);
    expect([...path.y]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
    expect([...path.pointIndex]).toEqual([0, 0, 0, 0, 1, 1, 1, 2]);
  });

  it('spreads a length that is no multiple of the step evenly', () => {
    expect([...resample([{ x: [0, 11.25], y: [0, 0] }], 4).x]).toEqual([0, 3.75, 7.5, 11.25]);
    expect([...resample([{ x: [0, 9], y: [0, 0] }], 4).x]).toEqual([0, 4.5, 9]);
  });

  it('leaves dots where they are, one point each, and strokes without points out', () => {
    const ink = [
      { x: [0, 1], y: [0, 0] },
      { x: [], y: [] },
      { x: [5], y: [-3] },
      { x: [6, 6, 6], y: [-3, -3, -3] },
    ];
    const path = resample(ink, 1);
    expect([...path.strokeIndex]).toEqual([0, 0, 2, 3]);
    expect([...path.x]).toEqual([0, 1, 5, 6]);
    expect([...path.y]).toEqual([0, 0, -3, -3]);
    expect([...path.pointIndex].at(2)).toBe(0);
  });

  it.each(realWords)('gives the same path of "$label" for twice the samples', ({ ink }) => {
    const step = 10;
    const plain = resample(ink, step);
    const doubled = resample(doubleSampled(ink), step);
    expect(doubled.steps).toBe(plain.steps);
    for (let t = 0; t < plain.steps; t++) {
      expect(doubled.x[t]).toBeCloseTo(plain.x[t]!, 2);
      expect(doubled.y[t]).toBeCloseTo(plain.y[t]!, 2);
      expect(doubled.pointIndex[t]! >> 1).toBe(plain.pointIndex[t]);
    }
  });

  it('widens the step of a drawing, and still goes all the way', () => {
    const path = resample([scrawl(0, 0, 1e6, 10, 1000)], 0.1);
    expect(path.steps).toBeLessThanOrEqual(8192);
    expect(path.steps).toBeGreaterThan(8000);
    expect(path.x.at(-1)).toBe(1e6);
  });

  it.each([4096, 4097, 100_000])('gives no more points to %d strokes', (strokes) => {
    const ink = Array.from({ length: strokes }, (_, s) => scrawl(s, 0, s + 0.5, 10));
    const { steps, strokeIndex } = resample(ink, 0.01);
    expect(steps).toBeLessThanOrEqual(8192);
    // What is left out is left out everywhere alike.
    expect(strokeIndex[0]).toBe(0);
    expect(strokeIndex.at(-1)!).toBeGreaterThan(strokes - strokes / 2000);
  });
});
