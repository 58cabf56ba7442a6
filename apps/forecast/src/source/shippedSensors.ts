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
  let response: Response | undefined;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new RivuletError('DATA_INVALID', `The sensor file ${url} could not be fetched.`, { url }, cause);
  }
  if (!response.ok) {
    throw new RivuletError(
      'DATA_INVALID',
      `The sensor file ${url} could not be fetched: ${response.status}.`,
      {
        url,
        status: response.status,
      },
    );
  }
  return response.text();
}
