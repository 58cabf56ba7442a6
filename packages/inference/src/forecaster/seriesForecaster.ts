/**
 * Forecasts a sensor: readings in, bands out. One model serves every step and season; features and head are
 * those of training (core/series), shapes and levels come from the manifest.
 */

import {
  detectSeason,
  forecastQuantiles,
  RivuletError,
  SERIES_FEATURE_VERSION,
  type SeriesFeatureOptions,
  seriesFeatures,
  shown,
  tensor,
} from '@rivulet/core';
import * as v from 'valibot';
import type { Session } from '../engine/engine.ts';
import { type NetworkOptions, openNetwork } from '../engine/openNetwork.ts';
import { checkManifest } from '../load/checkManifest.ts';
import type { ModelFolder } from '../load/modelFolder.ts';
import { type ForecastBand, type ForecastRequest, forecastBand } from './forecastBand.ts';

/** Fewer readings than this say nothing about a sensor. */
const LEAST_READINGS = 4;
const LONGEST_HORIZON = 100_000;
const DEFAULT_LEVELS = [80, 95];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Features = v.object({ segment: count, context: count, horizon: count, seasons: count });

export class SeriesForecaster {
  readonly #session: Session;
  readonly #options: SeriesFeatureOptions;
  readonly #levels: readonly number[];
  #disposed = false;

  private constructor(session: Session, options: SeriesFeatureOptions, levels: readonly number[]) {
    this.#session = session;
    this.#options = options;
    this.#levels = levels;
  }

  /** @throws FEATURE_VERSION, MANIFEST_INVALID for another kind of model, and whatever loading throws */
  static async load(folder: ModelFolder, options: NetworkOptions = {}): Promise<SeriesForecaster> {
    const { head, features } = checkManifest(folder.manifest, {
      task: 'series-quantiles',
      head: 'quantiles',
      featureVersion: SERIES_FEATURE_VERSION,
      features: Features,
    });
    const session = await openNetwork(folder, options);
    return new SeriesForecaster(session, features, head.levels);
  }

  /** Which engine runs the network. */
  get engine(): Session['engine'] {
    return this.#session.engine;
  }

  /**
   * Steps beyond the model's horizon are forecast by rolling on: the medians so far count as readings, and a
   * band never gets narrower than it was at the same place of the block before.
   * A sensor whose readings are all equal gets that value and no width.
   * @throws ARGUMENT, SERIES_INVALID (too few readings, or one beyond a float32), DISPOSED
   */
  async predict(request: ForecastRequest): Promise<ForecastBand> {
    if (this.#disposed) throw new RivuletError('DISPOSED', 'This forecaster has been disposed of');
    const widths = request?.levels ?? DEFAULT_LEVELS;
    checkRequest(request, widths);
    const season = request.season ?? detectSeason(request.y);
    const Q = this.#levels.length;
    const rows = new Float64Array(request.horizon * Q);
    const block = this.#options.segment * this.#options.horizon;
    let past: ArrayLike<number> = request.y;
    for (let done = 0; done < request.horizon; done += block) {
      const steps = Math.min(block, request.horizon - done);
      const part = await this.#block(past, season, steps);
      rows.set(part, done * Q);
      if (done > 0) keepWidth(rows, Q, done, steps, block);
      if (done + block < request.horizon) past = extended(past, part, Q);
    }
    return forecastBand(rows, this.#levels, widths, season);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#session.dispose();
  }

  /** @returns [steps, Q] in units of y; steps at most the model's horizon */
  async #block(past: ArrayLike<number>, season: number, steps: number): Promise<Float64Array> {
    const Q = this.#levels.length;
    const L = this.#options.segment;
    const options = { ...this.#options, horizon: Math.ceil(steps / L) };
    const features = seriesFeatures(past, season, options);
    const result = new Float64Array(steps * Q);
    if (features.scale === 0) return result.fill(features.loc);
    const S = options.context;
    const M = options.horizon;
    const { raw } = await this.#session.run({
      context: tensor(features.context, [S, 1, features.context.length / S]),
      future: tensor(features.future, [M, 1, features.future.length / M]),
    });
    if (raw === undefined) {
      throw new RivuletError('MODEL_SHAPE', 'The network has no output called raw', {
        expected: 'raw',
        got: this.#session.outputs.map(({ name }) => name),
      });
    }
    const quantiles = forecastQuantiles(raw.data, features.candidates, Q, M * L);
    for (let i = 0; i < result.length; i++) result[i] = features.loc + features.scale * quantiles[i]!;
    return result;
  }
}

/** Appends the medians of a block to the past. */
function extended(past: ArrayLike<number>, rows: Float64Array, Q: number): Float64Array {
  const steps = rows.length / Q;
  const result = new Float64Array(past.length + steps);
  for (let t = 0; t < past.length; t++) result[t] = past[t]!;
  for (let h = 0; h < steps; h++) result[past.length + h] = rows[h * Q + (Q - 1) / 2]!;
  return result;
}

/** Widens rows [done, done + steps) to the offsets from the median one block earlier where those are larger. */
function keepWidth(rows: Float64Array, Q: number, done: number, steps: number, block: number): void {
  const middle = (Q - 1) / 2;
  for (let h = done; h < done + steps; h++) {
    const median = rows[h * Q + middle]!;
    const before = rows[(h - block) * Q + middle]!;
    for (let q = 0; q < Q; q++) {
      const offset = rows[h * Q + q]! - median;
      const earlier = rows[(h - block) * Q + q]! - before;
      rows[h * Q + q] = median + (q < middle ? Math.min(offset, earlier) : Math.max(offset, earlier));
    }
  }
}

function checkRequest(request: ForecastRequest, widths: readonly number[]): void {
  if (typeof request !== 'object' || request === null) {
    const got = shown(request);
    throw new RivuletError('ARGUMENT', `a request is { y, horizon, levels, season }, got ${got}`, { got });
  }
  const { y, horizon, season } = request;
  if (typeof y !== 'object' || !Number.isInteger(y?.length)) {
    const got = shown(y);
    throw new RivuletError('ARGUMENT', `y must be a list of readings, got ${got}`, { y: got });
  }
  if (!Array.isArray(widths)) {
    const got = shown(widths);
    throw new RivuletError('ARGUMENT', `levels must be a list of percentages, got ${got}`, { levels: got });
  }
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > LONGEST_HORIZON) {
    throw new RivuletError(
      'ARGUMENT',
      `horizon must be 1 to ${LONGEST_HORIZON} steps, got ${shown(horizon)}`,
      {
        horizon,
      },
    );
  }
  if (season !== undefined && (!Number.isInteger(season) || season < 1)) {
    throw new RivuletError('ARGUMENT', `season must be a whole number of steps, got ${shown(season)}`, {
      season,
    });
  }
  for (const level of widths) {
    if (typeof level === 'number' && level > 0 && level < 100) continue;
    throw new RivuletError(
      'ARGUMENT',
      `a band's width is above 0 and below 100 percent, got ${shown(level)}`,
      {
        level,
      },
    );
  }
  let readings = 0;
  for (let t = 0; t < y.length; t++) {
    const reading: unknown = y[t];
    if (Number.isFinite(reading)) {
      readings++;
      // As bands are given: 1e300 is infinite there.
      if (Number.isFinite(Math.fround(reading as number))) continue;
      throw new RivuletError('SERIES_INVALID', `Reading ${t} is ${reading}, beyond the range of a float32`, {
        index: t,
        value: reading,
      });
    }
    if (typeof reading !== 'number' && reading !== undefined && reading !== null) {
      const got = shown(reading);
      throw new RivuletError('ARGUMENT', `reading ${t} is no number, got ${got}`, { index: t, value: got });
    }
  }
  if (readings < LEAST_READINGS) {
    throw new RivuletError(
      'SERIES_INVALID',
      `A forecast needs at least ${LEAST_READINGS} readings, got ${readings} of ${y.length}`,
      { expected: LEAST_READINGS, got: readings, length: y.length },
    );
  }
}
