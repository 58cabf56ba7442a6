/**
 * Loaders of the public sensor data sets, from a folder that holds one sub-folder per set. What is left out, and
 * why: wind directions (circular: 359 is next to 1), rain (zero in 19 of 20 hours: an event, not a level),
 * wind_gust (four fifths missing), visib (stands at its ceiling of 10), columns computed from others
 * (HumidityRatio, atemp) and flags (Occupancy).
 */

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Millis, millis, RivuletError } from '@rivulet/core';
import { ontoGrid } from './ontoGrid.ts';
import { readCsv } from './readCsv.ts';
import type { SensorSeries } from './sensorSeries.ts';

/** Seconds. */
const HOUR = 3600;

/** Chen 2017, UCI 501, doi 10.24432/C5RK5G, CC BY 4.0: 12 stations, hourly, 2013-2017. */
async function beijing(folder: string): Promise<SensorSeries[]> {
  const columns = ['PM2.5', 'PM10', 'SO2', 'NO2', 'CO', 'O3', 'TEMP', 'PRES', 'DEWP', 'WSPM'];
  const files = (await readdir(folder)).filter((name) => /^PRSA_Data_.*\.csv(\.gz)?$/.test(name)).sort();
  const result: SensorSeries[] = [];
  for (const file of files) {
    const csv = await readCsv(join(folder, file.replace(/\.gz$/, '')));
    const station = file.split('_')[2]!;
    for (const column of columns) {
      const y = csv.numbers(column);
      result.push({
        set: 'beijing-multisite',
        name: `${station}/${column}`,
        stepSeconds: HOUR,
        season: 24,
        y,
      });
    }
  }
  return result;
}

/** Salam and El Hibaoui 2018, UCI 849, doi 10.24432/C5B034, CC BY 4.0: ten-minute, 2017. */
async function tetouan(folder: string): Promise<SensorSeries[]> {
  const csv = await readCsv(join(folder, 'tetouan.csv'));
  // 'Date' or 'DateTime', by mirror.
  const columns = csv.header.filter((name) => !name.startsWith('Date'));
  return columns.map((name) => ({
    set: 'tetouan',
    name,
    stepSeconds: 600,
    season: 144,
    y: csv.numbers(name),
  }));
}

/** Candanedo and Feldheim 2016, UCI 357, doi 10.24432/C5X01N, CC BY 4.0: one office, each minute, 2015. */
async function occupancy(folder: string): Promise<SensorSeries[]> {
  const times: Millis[] = [];
  const values: Record<string, number[]> = { Temperature: [], Humidity: [], Light: [], CO2: [] };
  // chronological: the file called test comes first
  for (const file of ['datatest.txt', 'datatraining.txt', 'datatest2.txt']) {
    const csv = await readCsv(join(folder, file));
    for (const time of csv.text('date')) times.push(millis(Date.parse(time.replace(' ', 'T') + 'Z')));
    for (const [name, column] of Object.entries(values)) for (const x of csv.numbers(name)) column.push(x);
  }
  return Object.entries(values).map(([name, column]) => ({
    set: 'occupancy',
    name,
    stepSeconds: 60,
    season: 1440,
    y: ontoGrid(times, column, millis(60_000)),
  }));
}

/** NOAA ASOS by way of nycflights13, CC0: three airports, hourly, 2013. */
async function nycWeather(folder: string): Promise<SensorSeries[]> {
  const csv = await readCsv(join(folder, 'weather.csv'));
  const origins = csv.text('origin');
  const times = csv.text('time_hour').map((time) => millis(Date.parse(time)));
  const result: SensorSeries[] = [];
  for (const origin of new Set(origins)) {
    const rows = origins.flatMap((name, i) => (name === origin ? [i] : []));
    for (const column of ['temp', 'dewp', 'humid', 'wind_speed', 'pressure']) {
      const all = csv.numbers(column);
      const y = ontoGrid(
        rows.map((i) => times[i]!),
        rows.map((i) => all[i]!),
        millis(HOUR * 1000),
      );
      result.push({ set: 'nycweather', name: `${origin}/${column}`, stepSeconds: HOUR, season: 24, y });
    }
  }
  return result;
}

/** Fanaee-T and Gama 2013, UCI 275, doi 10.24432/C5W894, CC BY 4.0: hourly, 2011-2012. */
async function bikeSharing(folder: string): Promise<SensorSeries[]> {
  const csv = await readCsv(join(folder, 'bike_sharing_dataset_clean.csv'));
  return ['users', 'temp', 'hum', 'windspeed'].map((name) => ({
    set: 'bikesharing',
    name,
    stepSeconds: HOUR,
    season: 24,
    y: csv.numbers(name),
  }));
}

/** Makridakis et al. 2020, M4 competition: 414 hourly series of 700 or 960 points (the training file only). */
async function m4Hourly(folder: string): Promise<SensorSeries[]> {
  const csv = await readCsv(join(folder, 'Hourly-train.csv'));
  return csv.rows.map((row) => ({
    set: 'm4-hourly',
    name: row[0]!,
    stepSeconds: HOUR,
    season: 24,
    y: Float64Array.from(
      row.slice(1).filter((field) => field !== ''),
      Number,
    ),
  }));
}

/** Zhou et al. 2021, CC BY-ND 4.0: two transformers, hourly, 2016-2018. A benchmark: ship no weights trained on it. */
async function ett(folder: string): Promise<SensorSeries[]> {
  const result: SensorSeries[] = [];
  for (const file of ['ETTh1', 'ETTh2']) {
    const csv = await readCsv(join(folder, `${file}.csv`));
    for (const column of csv.header.filter((name) => name !== 'date')) {
      const y = csv.numbers(column);
      result.push({ set: 'ett', name: `${file}/${column}`, stepSeconds: HOUR, season: 24, y });
    }
  }
  return result;
}

interface SensorSet {
  readonly load: (folder: string) => Promise<SensorSeries[]>;
  /** What the folder holds; each file may be gzipped. */
  readonly files: string;
  /** Where those files are public. */
  readonly from: string;
  readonly attribution: string;
}

const SETS: Readonly<Record<string, SensorSet>> = {
  'beijing-multisite': {
    load: beijing,
    files: 'the twelve PRSA_Data_*.csv',
    from: 'https://doi.org/10.24432/C5RK5G',
    attribution: 'Chen, S. (2017), Beijing Multi-Site Air Quality, UCI, doi 10.24432/C5RK5G, CC BY 4.0.',
  },
  tetouan: {
    load: tetouan,
    files: 'tetouan.csv, published as "Tetuan City power consumption.csv"',
    from: 'https://doi.org/10.24432/C5B034',
    attribution:
      'Salam, A. and El Hibaoui, A. (2018), Power Consumption of Tetouan City, UCI, doi 10.24432/C5B034, CC BY 4.0.',
  },
  occupancy: {
    load: occupancy,
    files: 'datatest.txt, datatraining.txt and datatest2.txt',
    from: 'https://doi.org/10.24432/C5X01N',
    attribution: 'Candanedo, L. (2016), Occupancy Detection, UCI, doi 10.24432/C5X01N, CC BY 4.0.',
  },
  nycweather: {
    load: nycWeather,
    files: 'weather.csv',
    from: 'https://github.com/tidyverse/nycflights13/tree/main/data-raw',
    attribution: 'NOAA ASOS weather of 2013 by way of nycflights13 (Wickham), CC0.',
  },
  bikesharing: {
    load: bikeSharing,
    files: 'bike_sharing_dataset_clean.csv',
    from: 'https://github.com/skforecast/skforecast-datasets/tree/main/data',
    attribution: 'Fanaee-T, H. (2013), Bike Sharing, UCI, doi 10.24432/C5W894, CC BY 4.0.',
  },
  'm4-hourly': {
    load: m4Hourly,
    files: 'Hourly-train.csv',
    from: 'https://github.com/Mcompetitions/M4-methods/tree/master/Dataset/Train',
    attribution:
      'Makridakis, S. et al. (2020), M4 competition, hourly series, CC BY 4.0 in the Monash archive.',
  },
  ett: {
    load: ett,
    files: 'ETTh1.csv and ETTh2.csv',
    from: 'https://github.com/zhouhaoyi/ETDataset/tree/main/ETT-small',
    attribution: 'Zhou, H. et al. (2021), ETDataset, CC BY-ND 4.0: benchmark only.',
  },
};

/**
 * @param name of the set: its folder
 * @param dataFolder the folder whose `series/<name>/` holds the files
 * @throws RECIPE_INVALID for a set that is not known, DATA_INVALID where its files are missing or damaged
 */
export async function loadSensors(name: string, dataFolder: string): Promise<SensorSeries[]> {
  const set = setOf(name);
  const folder = join(dataFolder, 'series', name);
  if (!existsSync(folder)) {
    throw new RivuletError('DATA_INVALID', `${folder} is missing: it holds ${set.files}, from ${set.from}`, {
      path: folder,
      from: set.from,
    });
  }
  const series = await set.load(folder);
  if (series.length > 0) return series;
  throw new RivuletError('DATA_INVALID', `${folder} has no series; it holds ${set.files}, from ${set.from}`, {
    path: folder,
    from: set.from,
  });
}

/** The files of sets, absolute; each set's once. */
export async function sensorFiles(sets: readonly string[], dataFolder: string): Promise<string[]> {
  const found: string[] = [];
  for (const set of new Set(sets)) {
    const entries = await readdir(join(dataFolder, 'series', set), { withFileTypes: true });
    for (const entry of entries) if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
  }
  return found;
}

/** One sentence of attribution per set, in the order given, each once. */
export function sensorAttributions(sets: readonly string[]): string[] {
  return [...new Set(sets)].map((name) => setOf(name).attribution);
}

function setOf(name: string): SensorSet {
  const set = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
  if (set) return set;
  const known = Object.keys(SETS);
  throw new RivuletError('RECIPE_INVALID', `no data set is called ${name}; known: ${known.join(', ')}`, {
    set: name,
    known,
  });
}
