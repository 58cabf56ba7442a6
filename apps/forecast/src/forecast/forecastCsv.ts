/** A forecast as a CSV file in the long format that forecasting tools exchange: ds, median, lo and hi by level. */
import { type Series, timeAt } from '../source/series.ts';
import { type ForecastRecord, LEVELS } from './forecastRecord.ts';

/** From `now` on. Times are ISO: of a wall clock without a zone, of a moment with Z; row numbers without times. */
export function forecastCsv(series: Series, record: ForecastRecord, now: number): string {
  const quantiles = LEVELS.map((level) => `q${level}`);
  const head = ['unique_id', 'ds', 'median', 'lo-80', 'hi-80', 'lo-95', 'hi-95', ...quantiles].join(',');
  const id = /[",\r\n]/.test(series.title) ? `"${series.title.replaceAll('"', '""')}"` : series.title;
  const rows = Array.from({ length: record.origin + record.horizon - now }, (_, i) => {
    const h = now + i - record.origin;
    const { band80, band95 } = record;
    const numbers = [record.median, band80.lo, band80.hi, band95.lo, band95.hi, ...record.quantiles];
    // Seven digits are all that a float32 knows.
    return [id, stamp(series, now + i), ...numbers.map((values) => Number(values[h]!.toPrecision(7)))].join(
      ',',
    );
  });
  return [head, ...rows, ''].join('\n');
}

function stamp(series: Series, index: number): string {
  if (series.clock === 'rows') return String(index + 1);
  const iso = new Date(timeAt(series, index)).toISOString();
  return series.clock === 'wall' ? iso.slice(0, 19) : iso;
}
