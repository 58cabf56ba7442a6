/**
 * Keeps the forecasts that the page shows and judges coming: the chosen sensor first, what is ahead of now
 * before what is past, one at a time in the worker.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import { RivuletError } from '@rivulet/core';
import { ForecastDesk } from '../forecast/forecastDesk.ts';
import { LEAST_PAST } from '../forecast/forecastLog.ts';
import { forecastRecord, pastOf } from '../forecast/forecastRecord.ts';
import type { Predictor } from '../forecast/predictor.ts';
import type { Sensor } from './sensor.ts';

export type ModelState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: unknown };

interface Job {
  readonly sensor: Sensor;
  readonly origin: number;
  /** Made at now, not to judge the past. */
  readonly live: boolean;
}

export interface ForecastingOptions {
  readonly predictor: Pick<Predictor, 'load' | 'predict'>;
  /** In the order in which they are served. */
  readonly sensors: ReadonlySignal<readonly Sensor[]>;
  /** First index on a sensor's chart: earlier forecasts are wanted from there on. */
  readonly shownFrom: (sensor: Sensor) => number;
}

/** Two deaths of the worker within this are no accident (ms). */
const DEATHS_APART_MS = 30_000;

export class Forecasting {
  readonly model = signal<ModelState>({ kind: 'loading' });
  private readonly options: ForecastingOptions;
  private readonly desk: ForecastDesk<Job>;
  private diedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ForecastingOptions) {
    this.options = options;
    this.desk = new ForecastDesk<Job>({
      pick: () => this.pick(),
      work: (job) => this.work(job),
      onFailure: (error, job) => this.failed(error, job),
    });
  }

  /** Loads the model; also the way back after a failure, which `model` tells. */
  async load(): Promise<void> {
    this.model.value = { kind: 'loading' };
    try {
      await this.options.predictor.load();
      this.model.value = { kind: 'ready' };
      this.wake();
    } catch (error) {
      this.model.value = { kind: 'failed', error };
    }
  }

  /** Something may be wanted now that was not before. */
  wake(): void {
    this.desk.wake();
  }

  /** First what is ahead of now, then the earlier forecasts that figures and picture still lack. */
  private pick(): Job | undefined {
    if (this.model.peek().kind !== 'ready') return undefined;
    const order = this.options.sensors.peek();
    const free = (sensor: Sensor, origin: number | undefined): origin is number =>
      origin !== undefined && origin >= LEAST_PAST && !sensor.refused.has(origin);
    for (const sensor of order) {
      const now = sensor.now.peek();
      if (free(sensor, now) && !sensor.log.peek().has(now)) return { sensor, origin: now, live: true };
    }
    for (const sensor of order) {
      const origin = sensor.log
        .peek()
        .missing(this.options.shownFrom(sensor), sensor.now.peek(), sensor.refused);
      if (free(sensor, origin)) return { sensor, origin, live: false };
    }
    return undefined;
  }

  private async work({ sensor, origin, live }: Job): Promise<void> {
    const log = sensor.log.peek();
    const series = sensor.series.peek();
    const past = pastOf(series.values, origin);
    const season = series.season ?? 1;
    const band = await this.options.predictor.predict(past, log.horizon, season);
    // Horizon or column changed meanwhile: the answer is to a question nobody asks any more.
    if (sensor.log.peek() !== log) return;
    log.add(forecastRecord(past, origin, log.horizon, season, band), live);
    sensor.made.value++;
    if (origin === sensor.now.peek()) sensor.refusal.value = undefined;
  }

  private failed(error: unknown, { sensor, origin }: Job): void {
    if (error instanceof RivuletError && (error.code === 'SERIES_INVALID' || error.code === 'ARGUMENT')) {
      sensor.refused.add(origin);
      if (origin === sensor.now.peek()) sensor.refusal.value = error.message;
      return;
    }
    // A worker that died is started afresh by the next call; only one that dies again is worth a word.
    const died = error instanceof RivuletError && error.code === 'WORKER_DIED';
    if (died && performance.now() - this.diedAt > DEATHS_APART_MS) this.diedAt = performance.now();
    else this.model.value = { kind: 'failed', error };
  }
}
