/** One sensor on the page: its values, where its replay stands, and what was forecast for it. */

import { type Signal, signal } from '@preact/signals';
import { detectSeason } from '@rivulet/core';
import { ForecastLog, LEAST_PAST } from '../forecast/forecastLog.ts';
import type { CsvTable } from '../source/csv/readCsv.ts';
import type { Series } from '../source/series.ts';
import type { ShippedSensor } from '../source/shippedSensors.ts';
import type { StoredFile } from '../store/pageStore.ts';

export interface Sensor {
  readonly id: string;
  /** Where it came from, below its title: the file's name for a dropped file. */
  readonly subtitle: string;
  readonly series: Signal<Series>;
  /** Values known: the replay has shown `0 ... now - 1`. */
  readonly now: Signal<number>;
  /** Replaced when horizon or column change. */
  readonly log: Signal<ForecastLog>;
  /** Counts changes of `log`, which itself is no signal. */
  readonly made: Signal<number>;
  /** Why no forecast can be made from this sensor's values; undefined where one can. */
  readonly refusal: Signal<string | undefined>;
  /** Origins the model refused, not to be asked for again. */
  readonly refused: Set<number>;
  /** Where "play" starts over once the end is reached. */
  readonly replayFrom: number;
  readonly credit?: { readonly attribution: string; readonly licence: string };
  readonly file?: { readonly stored: StoredFile; readonly column: Signal<number> };
}

/** Share of a shipped series that is past when the page is first opened: enough to learn from and to replay. */
const FIRST_NOW = 0.6;

export function shippedSensor(shipped: ShippedSensor, horizon: number, now: number | undefined): Sensor {
  const { series, file, attribution, licence } = shipped;
  const replayFrom = Math.round(series.length * FIRST_NOW);
  return {
    ...runtime(series, horizon, now ?? replayFrom),
    id: `shipped:${file}`,
    subtitle: '',
    replayFrom,
    credit: { attribution, licence },
  };
}

/** A dropped file: now is its end, because what comes next is what its owner wants to know. */
export function fileSensor(stored: StoredFile, horizon: number, now: number | undefined): Sensor {
  const column = Math.min(stored.column, stored.table.columns.length - 1);
  const series = seriesOf(stored.table, column);
  return {
    ...runtime(series, horizon, now ?? series.length),
    id: stored.id,
    subtitle: stored.name,
    replayFrom: Math.max(LEAST_PAST, Math.round(series.length * FIRST_NOW)),
    file: { stored, column: signal(column) },
  };
}

/** Column `index` of a file as a series, with the season its values show. */
export function seriesOf(table: CsvTable, index: number): Series {
  const { start, stepMs, length, clock } = table;
  const { name, unit, values } = table.columns[index]!;
  return {
    title: name,
    unit,
    start,
    stepMs,
    length,
    clock,
    values,
    season: detectSeason(values.slice(-4096)),
  };
}

/** Forgets every forecast, for another horizon or another column. */
export function forgetForecasts(sensor: Sensor, horizon: number): void {
  sensor.refused.clear();
  sensor.refusal.value = undefined;
  sensor.log.value = new ForecastLog(horizon);
  sensor.made.value++;
}

function runtime(series: Series, horizon: number, now: number) {
  return {
    series: signal(series),
    now: signal(Math.min(series.length, Math.max(1, now))),
    log: signal(new ForecastLog(horizon)),
    made: signal(0),
    refusal: signal<string | undefined>(undefined),
    refused: new Set<number>(),
  };
}
