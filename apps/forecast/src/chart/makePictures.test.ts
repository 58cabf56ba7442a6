import { describe, expect, it } from 'vitest';
import type { ForecastRecord } from '../forecast/forecastRecord.ts';
import { chartPicture, sparkPicture } from './makePictures.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';

const HORIZON = 4;
const palette = { line: 'black' } as Palette;
const size = { width: 100, height: 50 };
const plot = { left: 0, top: 0, ...size, from: 6, to: 13, min: 0, max: 1 };

/** Rows that tell where they were cut: `base`, `base + 1`, ... */
const row = (base: number) => Float32Array.from({ length: HORIZON }, (_, h) => base + h);

function record(origin: number): ForecastRecord {
  return {
    origin,
    horizon: HORIZON,
    median: row(50),
    quantiles: Array.from({ length: 9 }, (_, q) => row(10 * q)),
    band80: { lo: row(100), hi: row(200) },
    band95: { lo: row(300), hi: row(400) },
    naive: { point: row(500), quantiles: [] },
    scale: 1,
  };
}

const values = Float32Array.from({ length: 20 }, (_, i) => i);
const scene: Scene = {
  series: { title: '', unit: '', start: 0, stepMs: 1000, length: 20, clock: 'wall', values },
  now: 10,
  from: 6,
  until: 14,
  ahead: record(10),
  past: [record(4), record(8)],
  excursions: [
    { from: 2, to: 2, peak: 2, value: 2, lo: 0, hi: 1 },
    { from: 7, to: 7, peak: 7, value: 7, lo: 0, hi: 1 },
  ],
  showPast: true,
  showNaive: false,
};

describe('chartPicture', () => {
  const picture = (change: Partial<Scene> = {}) =>
    chartPicture({ ...scene, ...change }, plot, size, 1, palette);

  it('holds what is seen and nothing of what has not come yet', () => {
    const { measured, past, alarms, naive } = picture();
    expect([measured.from, [...measured.values]]).toEqual([6, [6, 7, 8, 9]]);
    // The first forecast began before the chart, the second reaches beyond now.
    expect(past.map(({ median }) => [median.from, [...median.values]])).toEqual([
      [6, [52, 53]],
      [8, [50, 51]],
    ]);
    expect(past[1]!.band).toEqual({
      from: 8,
      lo: Float32Array.from([100, 101]),
      hi: Float32Array.from([200, 201]),
    });
    expect(alarms).toEqual([{ index: 7, value: 7 }]);
    expect(naive).toBeUndefined();
    expect(picture({ showPast: false }).past).toEqual([]);
    expect([...picture({ showNaive: true }).naive!.values]).toEqual([500, 501, 502, 503]);
  });

  it('nests five bands, the widest first, and cuts a forecast that was made earlier at now', () => {
    const { bands, median } = picture({ ahead: record(8) }).ahead!;
    expect(bands.map(({ from, lo, hi }) => [from, lo[0], hi[0], hi.length])).toEqual([
      [10, 302, 402, 2],
      [10, 2, 82, 2],
      [10, 12, 72, 2],
      [10, 22, 62, 2],
      [10, 32, 52, 2],
    ]);
    expect([median.from, [...median.values]]).toEqual([10, [52, 53]]);
    expect(picture({ ahead: undefined }).ahead).toBeUndefined();
  });

  it('copies its stretch alone: a message takes whole buffers along', () => {
    const { measured } = picture();
    expect(measured.values.buffer.byteLength).toBe(measured.values.byteLength);
  });
});

describe('sparkPicture', () => {
  it('shows two horizons of past and one ahead, its range around both', () => {
    const made = sparkPicture({ values, now: 10, ahead: record(10) }, size, 2, palette)!;
    expect(made).toMatchObject({ width: 200, height: 100, plot: { from: 2, to: 13 } });
    expect([made.measured.from, made.measured.values.length]).toEqual([2, 8]);
    expect(made.plot.min).toBeLessThan(2);
    expect(made.plot.max).toBeGreaterThan(203);
    expect(made.ahead!.bands).toHaveLength(2);
  });

  it('is empty where all is gap, and undefined where the card has no size yet', () => {
    const gaps = new Float32Array(20).fill(Number.NaN);
    const empty = sparkPicture({ values: gaps, now: 10, ahead: undefined }, size, 1, palette)!;
    expect(empty).toMatchObject({ width: 100, height: 50, ahead: undefined });
    expect(empty.measured.values.every(Number.isNaN)).toBe(true);
    const none = { width: 0, height: 0 };
    expect(sparkPicture({ values, now: 10, ahead: undefined }, none, 1, palette)).toBeUndefined();
  });
});
