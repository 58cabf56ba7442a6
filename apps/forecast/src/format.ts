/** Numbers, times and spans as a person reads them, in the viewer's language where the data leaves it open. */
import { type Grid, timeAt } from './source/series.ts';

const numberFormats = new Map<number, Intl.NumberFormat>();

/** Digits after the point so that a change of a thousandth of `spread` can still be seen, at most four. */
export function digitsFor(spread: number): number {
  if (!(spread > 0)) return 1;
  return Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(spread))));
}

/** `value` with a fixed number of digits; a dash for NaN. */
export function formatNumber(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  let format = numberFormats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    numberFormats.set(digits, format);
  }
  // A rounded -0.0 is a zero.
  return format.format(Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).replace('-', '−');
}

export const withUnit = (text: string, unit: string): string => (unit ? `${text}\u202f${unit}` : text);

const dateTime = (clock: Grid['clock'], options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, ...(clock === 'wall' ? { timeZone: 'UTC' } : {}) });

const LONG: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
};

const formats = new Map<string, Intl.DateTimeFormat>();

function cached(
  clock: Grid['clock'],
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${clock} ${name}`;
  let format = formats.get(key);
  if (!format) {
    format = dateTime(clock, options);
    formats.set(key, format);
  }
  return format;
}

/** The page names the moment that is now in many places. */
let lastTime: { readonly grid: Grid; readonly index: number; readonly text: string } | undefined;

/** "Tue, 14 Jun 2016, 13:00"; "row 512" where the file had no times. */
export function formatTime(grid: Grid, index: number): string {
  if (lastTime?.grid !== grid || lastTime.index !== index) {
    lastTime = { grid, index, text: longTime(grid, index) };
  }
  return lastTime.text;
}

function longTime(grid: Grid, index: number): string {
  if (grid.clock === 'rows') return `row ${index + 1}`;
  const seconds = grid.stepMs < 60_000;
  return cached(
    grid.clock,
    seconds ? 'seconds' : 'long',
    seconds ? { ...LONG, second: '2-digit' } : LONG,
  ).format(timeAt(grid, index));
}

/** "Tue 14 Jun, 13:00", for a column of times near now; "row 512" where the file had no times. */
export function formatShortTime(grid: Grid, index: number): string {
  if (grid.clock === 'rows') return `row ${index + 1}`;
  const { year: _, ...short } = LONG;
  const seconds = grid.stepMs < 60_000;
  return cached(
    grid.clock,
    seconds ? 'short seconds' : 'short',
    seconds ? { ...short, second: '2-digit' } : short,
  ).format(timeAt(grid, index));
}

/** Parts of an axis label: the time of day, and the day where it changes. */
export function formatTick(
  clock: Grid['clock'],
  ms: number,
  what: 'clock' | 'seconds' | 'day' | 'month',
): string {
  const options: Intl.DateTimeFormatOptions =
    what === 'day'
      ? { day: 'numeric', month: 'short' }
      : what === 'month'
        ? { month: 'short', year: 'numeric' }
        : { hour: '2-digit', minute: '2-digit', ...(what === 'seconds' ? { second: '2-digit' } : {}) };
  return cached(clock, what, options).format(ms);
}

const UNITS: readonly (readonly [ms: number, one: string, many: string])[] = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
  [1000, 's', 's'],
  [1, 'ms', 'ms'],
];

/** "2 days", "8 h", "10 min"; "48 rows" without times. */
export function formatSpan(grid: Grid, steps: number): string {
  if (grid.clock === 'rows') return `${steps} rows`;
  const ms = steps * grid.stepMs;
  // 36 h reads better than 1.5 days.
  const unit = UNITS.find(([size]) => ms >= size && (ms % size === 0 || ms >= 3 * size)) ?? UNITS.at(-1)!;
  const count = ms / unit[0];
  const text = Number.isInteger(count) ? String(count) : count.toFixed(1);
  return `${text}\u202f${count === 1 ? unit[1] : unit[2]}`;
}

export const formatPercent = (share: number): string =>
  Number.isFinite(share) ? `${Math.round(share * 100)}\u202f%` : '–';
