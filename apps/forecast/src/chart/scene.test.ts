import { describe, expect, it } from 'vitest';
import { extentOf, type Scene, steadyRange } from './scene.ts';

const flat = (value: number) => new Float32Array(4).fill(value);
const ahead = {
  origin: 10,
  horizon: 4,
  median: flat(0),
  quantiles: [],
  band80: { lo: flat(-2), hi: flat(2) },
  band95: { lo: flat(-3), hi: flat(3) },
  naive: { point: flat(99), quantiles: [] },
  scale: 1,
};
const values = Float32Array.from([50, 1, Number.NaN, 1, 1, 1, 1, 1, 1, 1, 1000]);
const scene: Scene = {
  series: { title: '', unit: '', start: 0, stepMs: 1000, length: 11, clock: 'wall', values },
  now: 10,
  from: 1,
  until: 14,
  ahead,
  past: [{ ...ahead, origin: 4, band80: { lo: flat(-20), hi: flat(5) } }],
  excursions: [],
  showPast: false,
  showNaive: false,
};

describe('extentOf', () => {
  it('spans what is drawn and nothing else: not what left the chart, not what has not come yet', () => {
    expect(extentOf(scene)).toEqual([-3, 3]);
    expect(extentOf({ ...scene, from: 0 })).toEqual([-3, 50]);
    expect(extentOf({ ...scene, showPast: true })).toEqual([-20, 5]);
    expect(extentOf({ ...scene, showNaive: true })).toEqual([-3, 99]);
  });
  it('is undefined where all is gap', () => {
    expect(extentOf({ ...scene, from: 2, now: 3, ahead: undefined })).toBeUndefined();
  });
});

describe('steadyRange', () => {
  it('grows at once, holds still within, shrinks when a third stands empty', () => {
    const first = steadyRange([0, 10], undefined);
    expect(first[0]).toBeLessThan(0);
    expect(steadyRange([1, 9], first)).toBe(first);
    expect(steadyRange([0, 20], first)[1]).toBeGreaterThan(20);
    expect(steadyRange([4, 6], first)[1]).toBeLessThan(7);
  });
  it('has a height for a constant series and for none', () => {
    const [lo, hi] = steadyRange([7, 7], undefined);
    expect(hi).toBeGreaterThan(lo);
    expect(steadyRange(undefined, undefined)).toEqual([0, 1]);
  });
});
