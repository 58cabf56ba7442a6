import { type Manifest, writeOnnx } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelFolder } from '../load/modelFolder.ts';
import { naiveManifest, naiveNetwork } from '../testing/naiveForecaster.ts';
import { SeriesForecaster } from './seriesForecaster.ts';

const folder = (change: Partial<Manifest> = {}, network = naiveNetwork()): ModelFolder => ({
  manifest: naiveManifest(change),
  bytes: async () => writeOnnx(network),
});

const season = 8;
const y = Float32Array.from(
  { length: 80 },
  (_, t) => Math.round(10 * Math.sin((2 * Math.PI * t) / season)) + t / 10,
);

describe('SeriesForecaster', () => {
  let forecaster: SeriesForecaster;
  beforeAll(async () => {
    forecaster = await SeriesForecaster.load(folder());
  });
  afterAll(() => forecaster.dispose());

  it('puts candidates and quantiles back into the units of the sensor', async () => {
    const band = await forecaster.predict({ y, horizon: 10, levels: [80, 95], season });
    const mean = y.reduce((a, b) => a + b) / y.length;
    const recent = y.subarray(y.length - 32);
    expect(recent.length).toBe(32);
    const spread = band.quantiles['0.6']![0]! - band.median[0]!;
    expect(spread).toBeGreaterThan(0);
    for (let h = 0; h < 10; h++) {
      expect(band.median[h]).toBeCloseTo(y[72 + (h % 8)]!, 3);
      expect(band.mean[h]).toBeCloseTo(band.median[h]!, 3);
      expect(band.quantiles['0.9']![h]! - band.median[h]!).toBeCloseTo(4 * spread, 3);
      expect(band.levels['80']!.lo[h]).toBeCloseTo(band.quantiles['0.1']![h]!, 3);
      expect(band.levels['95']!.hi[h]!).toBeGreaterThan(band.levels['80']!.hi[h]!);
    }
    const deviation = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length);
    // a tenth of the deviation of the window, which here is nearly the whole series
    expect(spread / (0.1 * deviation)).toBeGreaterThan(0.9);
    expect(spread / (0.1 * deviation)).toBeLessThan(1.1);
    expect(band.season).toBe(season);
  });

  it('rolls on beyond its horizon and never narrows the band', async () => {
    const short = await forecaster.predict({ y, horizon: 12, season });
    const long = await forecaster.predict({ y, horizon: 50, season });
    expect([...long.median.subarray(0, 12)]).toEqual([...short.median]);
    for (let h = 0; h < 50; h++) {
      expect(long.median[h]).toBeCloseTo(y[72 + (h % 8)]!, 2);
      const width = long.quantiles['0.9']![h]! - long.quantiles['0.1']![h]!;
      const before = h < 12 ? 0 : long.quantiles['0.9']![h - 12]! - long.quantiles['0.1']![h - 12]!;
      expect(width).toBeGreaterThanOrEqual(before - 1e-3);
    }
  });

  it('finds the season when it is not told', async () => {
    const band = await forecaster.predict({ y, horizon: 8 });
    expect(band.season).toBe(season);
    expect(band.median[3]).toBeCloseTo(y[75]!, 3);
  });

  it('bears missing readings, also the newest', async () => {
    const holed = y.map((value, t) => (t % 7 === 0 || t > 76 ? Number.NaN : value));
    const band = await forecaster.predict({ y: holed, horizon: 20, season });
    for (const column of Object.values(band.quantiles)) expect(column.every(Number.isFinite)).toBe(true);
  });

  it('repeats a constant sensor without width', async () => {
    const band = await forecaster.predict({ y: new Float32Array(30).fill(21.5), horizon: 15 });
    expect(band.median.every((value) => value === 21.5)).toBe(true);
    expect(band.levels['95']!.hi.every((value) => value === 21.5)).toBe(true);
  });

  it('forecasts from four readings and refuses three', async () => {
    const band = await forecaster.predict({ y: [1, 2, 1, 2], horizon: 4 });
    expect(band.median.every(Number.isFinite)).toBe(true);
    await expect(forecaster.predict({ y: [1, Number.NaN, 2, 3], horizon: 4 })).rejects.toMatchObject({
      code: 'SERIES_INVALID',
      details: { expected: 4, got: 3 },
    });
  });

  it.each([
    [{ horizon: 0 }, { horizon: 0 }],
    [{ horizon: 2.5 }, { horizon: 2.5 }],
    [{ horizon: 5, season: 0 }, { season: 0 }],
    [{ horizon: Number.NaN }, { horizon: Number.NaN }],
    [{ horizon: 1e9 }, { horizon: 1e9 }],
    [{ horizon: '5' as never }, { horizon: '5' }],
    [{ horizon: 5, season: 1.5 }, { season: 1.5 }],
    [{ horizon: 5, levels: [80, 100] }, { level: 100 }],
    [{ horizon: 5, levels: [Number.NaN] }, { level: Number.NaN }],
    [{ horizon: 5, levels: 80 as never }, { levels: '80' }],
    [{ horizon: 5, levels: [80n] as never }, { level: 80n }],
    [{ horizon: 5, y: undefined as never }, { y: 'undefined' }],
    [{ horizon: 5, y: null as never }, { y: 'null' }],
    [{ horizon: 5, y: 'no readings' as never }, { y: 'no readings' }],
  ])('names a bad argument: %o', async (request, details) => {
    await expect(forecaster.predict({ y, ...request })).rejects.toMatchObject({ code: 'ARGUMENT', details });
  });

  it.each([1e300, -4e38])('names a reading that no float32 holds: %s', async (value) => {
    const readings = [1, 2, 3, value, 5, 6];
    await expect(forecaster.predict({ y: readings, horizon: 2 })).rejects.toMatchObject({
      code: 'SERIES_INVALID',
      details: { index: 3, value },
    });
  });

  it.each([null, undefined, 5])('asks %s for no forecast', async (request) => {
    await expect(forecaster.predict(request as never)).rejects.toMatchObject({
      code: 'ARGUMENT',
      details: { got: String(request) },
    });
  });

  it.each([
    ['infinite', y.map((value, t) => (t === 40 ? Number.POSITIVE_INFINITY : value))],
    ['huge', y.map((value) => value * 1e36)],
    ['tiny', y.map((value) => value * 1e-36)],
  ])('bears readings that are %s', async (_name, odd) => {
    const band = await forecaster.predict({ y: odd, horizon: 30, season: 7 });
    for (const column of [band.mean, ...Object.values(band.quantiles)])
      expect(column.every(Number.isFinite)).toBe(true);
    const alone = await forecaster.predict({ y: odd, horizon: 3, season: 1000 });
    expect(alone.median.every(Number.isFinite)).toBe(true);
  });

  it('refuses a network that is not the one of its manifest', async () => {
    const { inputs, outputs } = naiveManifest();
    const wide = inputs.map(({ name, shape }) => ({ name, shape: [...shape.slice(0, 2), 99] }));
    for (const [change, details] of [
      [{ inputs: wide }, { value: 'input "context"', expected: ['S', 'B', 99] }],
      [{ inputs: inputs.slice(1) }, { value: 'input "context"', got: undefined }],
      [
        { outputs: outputs.map(({ shape }) => ({ name: 'other', shape })) },
        { value: 'output "other"', got: undefined },
      ],
    ] as const) {
      await expect(SeriesForecaster.load(folder(change))).rejects.toMatchObject({
        code: 'MODEL_SHAPE',
        details,
      });
    }
  });

  it('refuses other features, other tasks and use after disposal', async () => {
    await expect(SeriesForecaster.load(folder({ featureVersion: 'series-0' }))).rejects.toMatchObject({
      code: 'FEATURE_VERSION',
    });
    await expect(SeriesForecaster.load(folder({ task: 'ink-text' }))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
    });
    await expect(SeriesForecaster.load(folder({ features: { segment: 6 } }))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      details: { key: 'features.context' },
    });
    const other = await SeriesForecaster.load(folder());
    await other.dispose();
    await expect(other.predict({ y, horizon: 1 })).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
