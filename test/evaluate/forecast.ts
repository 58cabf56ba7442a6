/**
 * `npm run evaluate -- forecast [--model <folder>] [--data <folder>] [--dtype float32|int8|int8a7]
 *     [--engine fused|ort] [--json]`
 *   the shipped forecaster against the seasonal naive on the last fifth of every training sensor, 48 steps ahead.
 * `npm run evaluate -- forecast --ett [--model <folder>]`
 *   the ETT benchmark; without a model the naive alone, whose figures are known to the fourth digit. Its data
 *   may train no model that is shipped, so the model is made on the spot (a few minutes):
 *   `npm run train -- ett --recipe test/evaluate/ett.json --out runs/ett/model`
 */

import { parseArgs } from 'node:util';
import { RivuletError, window } from '@rivulet/core';
import { chronologicalSplit, loadSensors, type SensorSeries } from '@rivulet/training';
import { dataFolder, modelFolder } from './folders.ts';
import { evaluateEtt } from './forecastEtt.ts';
import { compareOnWindow, type Forecaster, type WindowComparison } from './scoreForecasts.ts';

const SETS = ['beijing-multisite', 'tetouan', 'occupancy', 'nycweather', 'bikesharing', 'm4-hourly'];
const HORIZON = 48;

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ett: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      dtype: { type: 'string', default: 'int8' },
      engine: { type: 'string', default: 'auto' },
      model: { type: 'string' },
      data: { type: 'string' },
    },
  });
  const data = dataFolder(values.data);
  const none = values.ett && values.model === undefined;
  const path = none ? undefined : modelFolder(values.model, 'models/sensor-forecaster');
  const forecaster = path === undefined ? undefined : await load(path, values.dtype, values.engine);
  const figures = values.ett ? await evaluateEtt(forecaster, data) : await evaluateSensors(forecaster!, data);
  await forecaster?.dispose();
  if (values.json) console.log(JSON.stringify(figures));
}

/** Loaded late: the naive needs no engine. */
async function load(path: string, dtype: string, engine: string): Promise<Forecaster> {
  if (engine !== 'auto' && engine !== 'fused' && engine !== 'ort') {
    throw new RivuletError('ARGUMENT', `--engine is ${engine}, not auto, fused or ort`, { engine });
  }
  if (dtype !== 'float32' && dtype !== 'int8' && dtype !== 'int8a7') {
    throw new RivuletError('ARGUMENT', `--dtype is ${dtype}, not float32, int8 or int8a7`, { dtype });
  }
  const { loadForecaster } = await import('@rivulet/inference/node');
  return loadForecaster(path, { engine, dtype });
}

interface Row {
  readonly name: string;
  readonly windows: number;
  readonly sql: number;
  readonly naive: number;
  readonly point: number;
  readonly covered: number;
}

async function evaluateSensors(forecaster: Forecaster, data: string): Promise<Record<string, number>> {
  console.log(`Last fifth of each sensor, ${HORIZON} steps ahead.`);
  console.log(
    'SQL: twice the pinball loss at 0.1 ... 0.9 over the mean absolute seasonal difference of the past.',
  );
  console.log(
    'naive: season before, normal intervals from the last 1,000 readings (or 8 seasons); point: without.\n',
  );
  console.log(`${'sensor'.padEnd(38)} windows     SQL   naive   point   ratio  in 80 %`);
  const sensors: Row[] = [];
  const sets: Row[] = [];
  for (const set of SETS) {
    const rows: Row[] = [];
    for (const series of await loadSensors(set, data)) {
      const row = await scoreSensor(forecaster, series);
      if (row !== undefined) rows.push(row);
    }
    sets.push(meanRow(`${set} (${rows.length})`, rows));
    // a competition's 414 short series help training, but they are no sensors and would drown them
    if (set === 'm4-hourly') continue;
    for (const row of rows) print(row, `${set}/${row.name}`);
    sensors.push(...rows);
  }
  console.log('');
  for (const row of sets) print(row);
  const overall = meanRow(`overall (${sensors.length} sensors)`, sensors);
  const balanced = meanRow(`mean of the ${sets.length} sets`, sets);
  print(overall);
  print(balanced);
  const figures: Record<string, number> = {};
  for (const row of sets) figures[`ratio ${row.name.split(' ')[0]}`] = row.sql / row.naive;
  return {
    ...figures,
    sql: overall.sql,
    naive: overall.naive,
    ratio: overall.sql / overall.naive,
    balancedSql: balanced.sql,
    balancedNaive: balanced.naive,
    balancedRatio: balanced.sql / balanced.naive,
    covered80: overall.covered,
  };
}

async function scoreSensor(forecaster: Forecaster, series: SensorSeries): Promise<Row | undefined> {
  const [from, to] = chronologicalSplit(series.y.length).test;
  const results: WindowComparison[] = [];
  for (const origin of window(series.y.length, { context: 2 * series.season, horizon: HORIZON, from, to })) {
    const result = await compareOnWindow(forecaster, series, origin, HORIZON);
    if (result !== undefined) results.push(result);
  }
  if (results.length === 0) return undefined;
  const mean = (of: (result: WindowComparison) => number) =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  return {
    name: series.name,
    windows: results.length,
    sql: mean(({ model }) => model!.sql),
    naive: mean(({ naive }) => naive.sql),
    point: mean(({ naive }) => naive.mase),
    covered: mean(({ model }) => model!.covered),
  };
}

function meanRow(name: string, rows: readonly Row[]): Row {
  const mean = (of: (row: Row) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return {
    name,
    windows: rows.reduce((sum, row) => sum + row.windows, 0),
    sql: mean((row) => row.sql),
    naive: mean((row) => row.naive),
    point: mean((row) => row.point),
    covered: mean((row) => row.covered),
  };
}

function print(row: Row, name = row.name): void {
  const figures = [row.sql, row.naive, row.point, row.sql / row.naive].map((x) => x.toFixed(3).padStart(7));
  const covered = `${(100 * row.covered).toFixed(1)} %`.padStart(8);
  console.log(`${name.padEnd(38)} ${String(row.windows).padStart(7)} ${figures.join(' ')} ${covered}`);
}
