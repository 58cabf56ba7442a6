/** What each column of a file is: a time, a part of a time, a row number, a measurement, or words. */
import type { CsvRow } from './csvRows.ts';
import { type DecimalSign, parseNumber } from './parseNumber.ts';
import { detectTimeFormat, parseClock, type TimeFormat } from './parseTime.ts';

/** Reads the time of a row; undefined where the row's cells say none. */
export interface TimeReader {
  /** For the page: "column 'time', year-month-day". */
  readonly describe: string;
  readonly columns: readonly number[];
  readonly read: (cells: readonly string[]) => number | undefined;
  readonly isInstant: (cells: readonly string[]) => boolean;
}

export interface ColumnRoles {
  readonly header: readonly string[] | undefined;
  readonly rows: readonly CsvRow[];
  readonly time: TimeReader | undefined;
  /** A column named like a time in which no time can be read. */
  readonly unreadableTime?: { readonly column: number; readonly row: CsvRow };
  readonly measures: readonly number[];
}

const TIME_NAME = /^(ds|dt|t|ts|datum|zeit|fecha|hora)$|time|date|stamp|epoch|zeitpunkt|datetime/i;
const INDEX_NAME = /^(no|nr|#|id|idx|index|row|line|unnamed.*|)\.?$/i;

/** Cells per column that decide its role; spread over the file, so that a bad stretch does not decide alone. */
const SAMPLE = 600;

/** `rows` as parsed, header included if there is one; `width` is the usual number of cells. */
export function columnRoles(rows: readonly CsvRow[], width: number, decimal: DecimalSign): ColumnRoles {
  const body = rows.slice(1);
  const sample = spread(body.length ? body : rows, SAMPLE);
  const column = (index: number) => sample.map(({ cells }) => cells[index] ?? '');
  const header = headerOf(rows[0]!, width, decimal, sample);
  const used = header ? body : rows;

  const { time, unreadable } = findTime(header, width, column, sample);
  const measures: number[] = [];
  for (let index = 0; index < width; index++) {
    if (time?.columns.includes(index)) continue;
    const cells = column(index);
    if (numericShare(cells, decimal) < 0.5 || isRowNumber(header?.[index], cells)) continue;
    measures.push(index);
  }
  return { header, rows: used, time, ...(unreadable ? { unreadableTime: unreadable } : {}), measures };
}

/**
 * The first row is a header where a cell that is neither number nor time stands above cells that are.
 * A header with one name less than the rows have cells (R's row names) is moved one to the right.
 */
function headerOf(
  first: CsvRow,
  width: number,
  decimal: DecimalSign,
  sample: readonly CsvRow[],
): readonly string[] | undefined {
  const cells = first.cells.length === width - 1 ? ['', ...first.cells] : first.cells;
  const isWord = (cell: string) =>
    parseNumber(cell, decimal) === undefined &&
    parseClock(cell) === undefined &&
    detectTimeFormat([cell]) === undefined;
  const words = cells.filter(isWord).length;
  const wordsBelow =
    sample.reduce((sum, row) => sum + row.cells.filter(isWord).length, 0) / Math.max(1, sample.length);
  return words > 0 && words > wordsBelow ? cells : undefined;
}

function findTime(
  header: readonly string[] | undefined,
  width: number,
  column: (index: number) => string[],
  sample: readonly CsvRow[],
): { time?: TimeReader; unreadable?: { column: number; row: CsvRow } } {
  const named = (index: number) => TIME_NAME.test(header?.[index] ?? '');
  const order = [...Array(width).keys()].sort((a, b) => Number(named(b)) - Number(named(a)) || a - b);
  for (const index of order) {
    const cells = column(index);
    const format = detectTimeFormat(cells);
    if (!format) continue;
    // A bare number is a time only where it is named one, or where it stands first and always grows.
    if (format.name === 'epoch' && !named(index) && !(index === 0 && grows(cells))) continue;
    if (format.name === 'compact date' && !named(index) && !grows(cells)) continue;
    const clock = dateOnly(cells, format)
      ? order.find(
          (other) =>
            other !== index &&
            column(other).filter((c) => parseClock(c) !== undefined).length * 2 > sample.length,
        )
      : undefined;
    return {
      time:
        clock === undefined ? oneColumn(header, index, format) : dateAndClock(header, index, clock, format),
    };
  }
  const parts = calendarParts(header);
  if (parts) return { time: parts };
  const blamed = order.find((index) => named(index) && column(index).some((cell) => cell !== ''));
  const row = blamed === undefined ? undefined : sample.find(({ cells }) => cells[blamed]);
  return blamed === undefined || !row ? {} : { unreadable: { column: blamed, row } };
}

const label = (header: readonly string[] | undefined, index: number) => header?.[index] || `${index + 1}`;

function oneColumn(header: readonly string[] | undefined, index: number, format: TimeFormat): TimeReader {
  return {
    describe: `column “${label(header, index)}”, ${format.name}`,
    columns: [index],
    read: (cells) => format.read(cells[index] ?? ''),
    isInstant: (cells) => format.isInstant(cells[index] ?? ''),
  };
}

function dateAndClock(
  header: readonly string[] | undefined,
  date: number,
  clock: number,
  format: TimeFormat,
): TimeReader {
  return {
    describe: `columns “${label(header, date)}” and “${label(header, clock)}”, ${format.name}`,
    columns: [date, clock],
    read: (cells) => {
      const day = format.read(cells[date] ?? '');
      const time = parseClock(cells[clock] ?? '');
      return day === undefined || time === undefined ? undefined : day + time;
    },
    isInstant: () => false,
  };
}

/** Columns named year, month, day and perhaps hour, minute, as measuring networks publish them. */
function calendarParts(header: readonly string[] | undefined): TimeReader | undefined {
  if (!header) return undefined;
  const find = (name: RegExp) => header.findIndex((cell) => name.test(cell));
  const [year, month, day] = [find(/^years?$|^yyyy$/i), find(/^months?$|^mm$/i), find(/^days?$|^dd$/i)];
  if (year < 0 || month < 0 || day < 0) return undefined;
  const [hour, minute] = [find(/^hours?$|^hr$|^hh$/i), find(/^min(ute)?s?$/i)];
  const columns = [year, month, day, hour, minute].filter((index) => index >= 0);
  const part = (cells: readonly string[], index: number) =>
    index < 0 ? 0 : Number(cells[index] || Number.NaN);
  return {
    describe: `columns ${columns.map((index) => `“${header[index]}”`).join(', ')}`,
    columns,
    read: (cells) => {
      const [y, mo, d, h, mi] = [year, month, day, hour, minute].map((index) => part(cells, index)) as [
        number,
        number,
        number,
        number,
        number,
      ];
      const time = Date.UTC(y, mo - 1, d, h, mi);
      const whole = new Date(time);
      const isDay = whole.getUTCFullYear() === y && whole.getUTCMonth() === mo - 1;
      return isDay && y >= 1900 && y < 2200 && h >= 0 && h < 24 && mi >= 0 && mi < 60 ? time : undefined;
    },
    isInstant: () => false,
  };
}

const dateOnly = (cells: readonly string[], format: TimeFormat) =>
  format.name !== 'epoch' && cells.every((cell) => !/\d[T\s]+\d/.test(cell));

function grows(cells: readonly string[]): boolean {
  const numbers = cells.filter((cell) => cell !== '').map(Number);
  return numbers.length > 1 && numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
}

function numericShare(cells: readonly string[], decimal: DecimalSign): number {
  let numbers = 0;
  let filled = 0;
  for (const cell of cells) {
    const number = parseNumber(cell, decimal);
    if (number !== undefined && Number.isNaN(number)) continue;
    filled++;
    if (number !== undefined) numbers++;
  }
  return filled ? numbers / filled : 0;
}

/** 1, 2, 3 ... under a name like "No" is a count of rows and nothing to forecast. */
function isRowNumber(name: string | undefined, cells: readonly string[]): boolean {
  return INDEX_NAME.test(name ?? 'x') && grows(cells) && cells.every((cell) => /^\d+$/.test(cell));
}

function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
