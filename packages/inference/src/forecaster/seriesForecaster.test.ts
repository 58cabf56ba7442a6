import {
  attr,
  contextFeatureCount,
  futureFeatureCount,
  type Manifest,
  type OnnxModel,
  type OnnxTensor,
  SERIES_CANDIDATES,
  SERIES_FEATURE_VERSION,
  writeOnnx,
} from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelFolder } from '../load/modelFolder.ts';
import { SeriesForecaster } from './seriesForecaster.ts';

const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const features = { segment: 6, context: 4, horizon: 2, seasons: 3 };
const columns = features.segment * (levels.length + SERIES_CANDIDATES);
/** softplus(GAP) = 0.1: neighbouring quantiles stand a tenth of the window's deviation apart. */
const GAP = Math.log(Math.exp(0.1) - 1);

const zeros = (name: string, shape: number[]): OnnxTensor => ({
  name,
  shape,
  type: 'float32',
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

/** The shipped architecture with weights by hand: it forecasts the season before, quantiles 0.1 apart. */
function naiveNetwork(): OnnxModel {
  const H = 4;
  const step = [...levels.map((level) => (level === 0.5 ? 0 : GAP)), 40, 0, 0, 0, 0, 0];
  const bias = Float32Array.from({ length: columns }, (_, i) => step[i % step.length]!);
  const gru = (name: string, x: string, initial: string, y: string, h: string) => ({
    op: 'GRU',
    name,
    inputs: [x, `${name}.W`, `${name}.R`, `${name}.B`, '', initial],
    outputs: [y, h],
    attributes: { hidden_size: attr.int(H), linear_before_reset: attr.int(1) },
  });
  const weights = (name: string, input: number) => [
    zeros(`${name}.W`, [1, 3 * H, input]),
    zeros(`${name}.R`, [1, 3 * H, H]),
    zeros(`${name}.B`, [1, 6 * H]),
  ];
  return {
    irVersion: 10,
    opset: 21,
    graph: {
      name: 'naive',
      nodes: [
        gru('encoder', 'context', '', '', 'encoder.h'),
        gru('decoder', 'future', 'encoder.h', 'decoder.y', ''),
        {
          op: 'Transpose',
          inputs: ['decoder.y'],
          outputs: ['decoder.t'],
          attributes: { perm: attr.ints([0, 2, 1, 3]) },
        },
        { op: 'Reshape', inputs: ['decoder.t', 'flat'], outputs: ['decoder'], attributes: {} },
        { op: 'MatMul', inputs: ['decoder', 'raw.W'], outputs: ['raw.p'], attributes: {} },
        { op: 'Add', inputs: ['raw.p', 'raw.B'], outputs: ['raw'], attributes: {} },
      ],
      initializers: [
        ...weights('encoder', contextFeatureCount(features)),
        ...weights('decoder', futureFeatureCount(features)),
        { name: 'flat', shape: [3], type: 'int64', data: BigInt64Array.of(0n, 0n, -1n) },
        zeros('raw.W', [H, columns]),
        { name: 'raw.B', shape: [columns], type: 'float32', data: bias },
      ],
      inputs: [
        { name: 'context', type: 'float32', shape: ['S', 'B', contextFeatureCount(features)] },
        { name: 'future', type: 'float32', shape: ['M', 'B', futureFeatureCount(features)] },
      ],
      outputs: [{ name: 'raw', type: 'float32', shape: ['M', 'B', columns] }],
    },
  };
}

function folder(change: Partial<Manifest> = {}): ModelFolder {
  const file = { path: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) };
  const manifest: Manifest = {
    format: 1,
    name: 'naive',
    version: '1.0.0',
    task: 'series-quantiles',
    featureVersion: SERIES_FEATURE_VERSION,
    features,
    inputs: [],
    outputs: [],
    head: { kind: 'quantiles', levels },
    files: { float32: file, int8: file, parity: file },
    training: { recipe: 'train.json', seed: 1, commit: '', date: '2026-01-01', steps: 0, data: 'none' },
    figures: {},
    licence: 'Apache-2.0',
    attribution: '',
    ...change,
  };
  return { manifest, bytes: async () => writeOnnx(naiveNetwork()) };
}

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
    [{ horizon: 5, levels: [80, 100] }, { level: 100 }],
  ])('names a bad argument: %o', async (request, details) => {
    await expect(forecaster.predict({ y, ...request })).rejects.toMatchObject({ code: 'ARGUMENT', details });
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
