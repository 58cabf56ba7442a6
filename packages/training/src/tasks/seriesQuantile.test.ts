import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forecastQuantiles } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import type { TaskData } from '../task.ts';
import type { ForecastWindow } from '../windows/forecastWindow.ts';
import { seriesQuantile } from './seriesQuantile.ts';
import { FORECAST_LEVELS } from './seriesQuantileData.ts';

const recipeInput: RecipeInput = {
  task: 'series-quantile',
  seed: 1,
  data: { sets: [{ set: 'tetouan' }], windows: 40, valWindows: 12 },
  features: { segment: 24, context: 3, horizon: 2, seasons: 3 },
  network: {
    inputs: { context: 72, future: 111 },
    layers: [
      { op: 'gru', name: 'encoder', hidden: 8 },
      { op: 'gru', name: 'decoder', in: 'future', hidden: 8, initial: 'encoder.h' },
      { op: 'dense', name: 'raw', units: 360 },
    ],
    outputs: ['raw'],
  },
  optimiser: { kind: 'adamw', lr: 0.01 },
  batch: 8,
  epochs: 1,
};

let folder = '';
let data: TaskData;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-'));
  mkdirSync(join(folder, 'series', 'tetouan'), { recursive: true });
  const rows = Array.from({ length: 1500 }, (_, t) => {
    const day = Math.sin((2 * Math.PI * t) / 144);
    return `${t},${(10 + 3 * day + Math.sin(t * t)).toFixed(3)},${t % 50 === 7 ? '' : (5 - day + Math.cos(t * t)).toFixed(3)}`;
  });
  writeFileSync(join(folder, 'series', 'tetouan', 'tetouan.csv'), `Date,Zone1,Zone2\n${rows.join('\n')}\n`);
  data = await seriesQuantile.prepare(parseRecipe(recipeInput), folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('seriesQuantile', () => {
  it('fills lanes of eight and leaves the rest empty', () => {
    const batch = data.batch('train', [0, 5, 9], Random.fromSeed(1));
    expect(data.trainCount).toBe(40);
    expect(batch.size).toBe(3);
    expect(batch.lanes).toBe(8);
    expect(batch.inputs.context).toMatchObject({ T: 3, F: 72, lanes: 8 });
    expect(batch.inputs.future).toMatchObject({ T: 2, F: 111, lanes: 8 });
    for (const { data: values } of Object.values(batch.inputs)) {
      for (let i = 0; i < values.length; i++) if (i % 8 >= 3) expect(values[i]).toBe(0);
    }
  });

  it('draws the same window for the same sample, whatever the shard', () => {
    const whole = data.batch('train', [3, 4], Random.fromSeed(7));
    const alone = data.batch('train', [4], Random.fromSeed(7));
    const lane = (batch: typeof whole, k: number) =>
      Array.from(batch.inputs.context!.data.filter((_, i) => i % 8 === k));
    expect(lane(alone, 0)).toEqual(lane(whole, 1));
  });

  it('has the gradient that finite differences give', () => {
    const batch = data.batch('train', [0, 7, 20], Random.fromSeed(2));
    const raw = Float32Array.from({ length: 2 * 360 * 8 }, (_, i) => Math.sin(i * 0.7));
    const outputs = (values: Float32Array) => ({ raw: { data: values, T: 2, F: 360, lanes: 8 } });
    const gradients = { raw: new Float32Array(raw.length) };
    const { sum, weight } = data.loss(outputs(raw), undefined, batch, gradients);
    expect(weight).toBe(3);
    expect(sum).toBeGreaterThan(0);
    const step = 1e-3;
    const agreed: number[] = [];
    for (let i = 0; i < raw.length; i += 41) {
      const up = raw.slice();
      const down = raw.slice();
      up[i]! += step;
      down[i]! -= step;
      const slope =
        (data.loss(outputs(up), undefined, batch).sum - data.loss(outputs(down), undefined, batch).sum) /
        (up[i]! - down[i]!);
      if (i % 8 >= 3) expect(gradients.raw[i]).toBe(0);
      // a quantile within the step of its target has a kink there, so a few may differ
      agreed.push(Math.abs(gradients.raw[i]! - slope) < 1e-3 ? 1 : 0);
    }
    expect(agreed.reduce((a, b) => a + b) / agreed.length).toBeGreaterThan(0.97);
    expect(gradients.raw.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  });

  it('scores against the seasonal naive', () => {
    const batch = data.batch('val', [0, 1, 2, 3], Random.fromSeed(3));
    const raw = new Float32Array(2 * 360 * 8);
    const sums = data.score({ raw: { data: raw, T: 2, F: 360, lanes: 8 } }, undefined, batch);
    expect(sums.windows).toBe(4);
    const figures = data.figures(sums);
    expect(figures.best).toBeCloseTo(sums.sql! / 4, 12);
    expect(figures.ratio).toBeCloseTo(sums.sql! / sums.naive!, 12);
  });

  it('is the mean over steps and levels, in units of the seasonal error', () => {
    const batch = data.batch('val', [5], Random.fromSeed(3));
    const [window] = (batch.target as { windows: ForecastWindow[] }).windows;
    const { features, target, weight } = window!;
    const own = new Float32Array(2 * 360);
    const raw = new Float32Array(2 * 360 * 8);
    for (let i = 0; i < own.length; i++) raw[i * 8] = own[i] = Math.cos(i);
    const quantiles = forecastQuantiles(own, features.candidates, 9, 48);
    let sum = 0;
    let steps = 0;
    target.forEach((value, h) => {
      if (!Number.isFinite(value)) return;
      steps++;
      for (let q = 0; q < 9; q++) {
        const error = value - quantiles[h * 9 + q]!;
        sum += 2 * Math.max(FORECAST_LEVELS[q]! * error, (FORECAST_LEVELS[q]! - 1) * error);
      }
    });
    const outputs = { raw: { data: raw, T: 2, F: 360, lanes: 8 } };
    expect(data.loss(outputs, undefined, batch).sum).toBeCloseTo((sum / (9 * steps)) * weight, 6);
  });

  it('describes the model and refuses features that do not fit the network', async () => {
    const manifest = seriesQuantile.manifest(parseRecipe(recipeInput), data);
    expect(manifest.outputs[0]!.shape).toEqual(['M', 'B', 360]);
    expect(manifest.attribution).toContain('C5B034');
    const wrong = parseRecipe({
      ...recipeInput,
      features: { segment: 12, context: 3, horizon: 2, seasons: 3 },
    });
    await expect(seriesQuantile.prepare(wrong, folder)).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key: 'network.inputs.context', expected: 36, got: 72 },
    });
  });

  it.each([
    ['network.layers.2', { op: 'dense', name: 'raw', units: 359 }, ['raw']],
    ['network.outputs', { op: 'dense', name: 'y', units: 360 }, ['y']],
  ] as const)('refuses an output that is not its raw columns: %s', async (key, last, outputs) => {
    const { network } = recipeInput;
    const layers = [...network.layers.slice(0, -1), last];
    const wrong = parseRecipe({ ...recipeInput, network: { ...network, layers, outputs: [...outputs] } });
    await expect(seriesQuantile.prepare(wrong, folder)).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key },
    });
  });
});
