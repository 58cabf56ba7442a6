import { signal } from '@preact/signals';
import { type ErrorCode, RivuletError } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import type { Band } from '../forecast/forecastRecord.ts';
import type { ShippedSensor } from '../source/shippedSensors.ts';
import { Forecasting } from './forecasting.ts';
import { forgetForecasts, type Sensor, shippedSensor } from './sensor.ts';

const HORIZON = 8;

function sensor(title: string, now = 40): Sensor {
  const values = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  const series = { title, unit: '', start: 0, stepMs: 1000, length: 100, clock: 'wall', values, season: 6 };
  const shipped = { file: title, series, attribution: '', licence: '' } as ShippedSensor;
  return shippedSensor(shipped, HORIZON, now);
}

const row = (horizon: number) => new Float32Array(horizon);
const band = (horizon: number): Band => ({
  median: row(horizon),
  quantiles: Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((q) => [`0.${q}`, row(horizon)])),
  levels: { 80: { lo: row(horizon), hi: row(horizon) }, 95: { lo: row(horizon), hi: row(horizon) } },
});

/** Lengths of the pasts that were asked for, in order; `answer` may reject. */
function forecasting(sensors: readonly Sensor[], answer: () => Promise<void> = async () => {}) {
  const asked: number[] = [];
  const made = new Forecasting({
    predictor: {
      load: async () => undefined as never,
      predict: async (past, horizon) => {
        asked.push(past.length);
        await answer();
        return band(horizon);
      },
    },
    sensors: signal(sensors),
    shownFrom: ({ now }) => now.peek() - 2 * HORIZON,
  });
  return { made, asked };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('Forecasting', () => {
  it('serves what is ahead of now for every sensor before the past of any', async () => {
    const { made, asked } = forecasting([sensor('a', 40), sensor('b', 30)]);
    await made.load();
    await settled();
    expect(asked.slice(0, 2)).toEqual([40, 30]);
    expect(asked.length).toBeGreaterThan(10);
    expect(new Set(asked.slice(2)).has(40)).toBe(false);
  });

  it('asks for nothing before the model is there, and says why it is not', async () => {
    const { made, asked } = forecasting([sensor('a')]);
    made.wake();
    await settled();
    expect(asked).toEqual([]);
    const failing = new Forecasting({
      predictor: {
        load: () => Promise.reject(new RivuletError('MODEL_FETCH', 'no')),
        predict: async () => band(1),
      },
      sensors: signal([]),
      shownFrom: () => 0,
    });
    await failing.load();
    expect(failing.model.value).toMatchObject({ kind: 'failed', error: { code: 'MODEL_FETCH' } });
  });

  it('throws away the answer for a horizon that is no longer wanted', async () => {
    const one = sensor('a');
    let changed = false;
    const { made } = forecasting([one], async () => {
      if (!changed) forgetForecasts(one, 2 * HORIZON);
      changed = true;
    });
    await made.load();
    await settled();
    expect(one.log.value.ahead(40)?.horizon).toBe(2 * HORIZON);
  });

  const failing = (...codes: ErrorCode[]) => {
    const left = [...codes];
    return async () => {
      const code = left.shift();
      if (code) throw new RivuletError(code, `said ${code}`);
    };
  };

  it('does not ask again for an origin whose values the model refused', async () => {
    const one = sensor('a');
    const { made, asked } = forecasting([one], failing('SERIES_INVALID'));
    await made.load();
    await settled();
    expect(asked.filter((length) => length === 40)).toHaveLength(1);
    expect(one.refusal.value).toBe('said SERIES_INVALID');
    expect(made.model.value.kind).toBe('ready');
  });

  it('takes one death of the worker as an accident, and two as a failure', async () => {
    const once = forecasting([sensor('a')], failing('WORKER_DIED'));
    await once.made.load();
    await settled();
    expect(once.made.model.value.kind).toBe('ready');
    expect(once.asked.filter((length) => length === 40)).toHaveLength(2);

    const twice = forecasting([sensor('a')], failing('WORKER_DIED', 'WORKER_DIED'));
    await twice.made.load();
    await settled();
    expect(twice.made.model.value).toMatchObject({ kind: 'failed', error: { code: 'WORKER_DIED' } });
  });
});
