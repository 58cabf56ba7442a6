/** The real sensors that come with the page: `sensors/sensors.json` and a CSV for each. */
import { RivuletError } from '@rivulet/core';
import { readCsv } from './csv/readCsv.ts';
import type { Series } from './series.ts';

export interface ShippedSensor {
  readonly file: string;
  readonly series: Series;
  /** Whose data it is, as its licence asks to be shown. */
  readonly attribution: string;
  readonly licence: string;
}

interface Entry {
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly season: number;
  readonly licence: string;
  readonly attribution: string;
}

/** @param base address of the folder, with a closing slash. @throws RivuletError DATA_INVALID naming the file. */
export async function shippedSensors(base: string): Promise<ShippedSensor[]> {
  const { sensors } = JSON.parse(await text(`${base}sensors.json`)) as { sensors: readonly Entry[] };
  return Promise.all(
    sensors.map(async ({ file, title, unit, season, licence, attribution }) => {
      const { columns, reading: _, problems: __, ...grid } = readCsv(await text(base + file));
      return {
        file,
        attribution,
        licence,
        series: { ...grid, title, unit, season, values: columns[0]!.values },
      };
    }),
  );
}

async function text(url: string): Promise<string> {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.text();
    throw failed({ url, status: response.status });
  } catch (cause) {
    throw cause instanceof RivuletError ? cause : failed({ url }, cause);
  }
}

const failed = (details: Readonly<Record<string, unknown>>, cause?: unknown) =>
  new RivuletError(
    'DATA_INVALID',
    'The example sensors could not be fetched; reload the page to try again. Files of your own work without them.',
    details,
    cause,
  );
