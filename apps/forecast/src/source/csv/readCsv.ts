/**
 * A file's text to a grid of columns: `grid(columnRoles(csvRows(text)))`. It goes on with what can be read,
 * keeps a note of every kind of thing it had to leave out, and gives up only where nothing remains.
 */
import { RivuletError } from '@rivulet/core';
import type { Clock, Grid } from '../series.ts';
import { type ColumnRoles, columnRoles } from './columnRoles.ts';
import { type CsvRow, csvRows } from './csvRows.ts';
import { detectDelimiter } from './detectDelimiter.ts';
import { inferStep } from './inferStep.ts';
import { detectDecimal, parseNumber } from './parseNumber.ts';

export interface CsvColumn {
  readonly name: string;
  readonly unit: string;
  /** `[length]`, NaN = missing. */
  readonly values: Float32Array;
  readonly missing: number;
}

export interface CsvTable extends Grid {
  readonly columns: readonly CsvColumn[];
  /** One sentence each, for a person: how the file was read, then what was left out and why. */
  readonly reading: readonly string[];
  readonly problems: readonly string[];
}

/** More rows than this are refused: a year of seconds would not fit on a phone. */
const MAX_ROWS = 2_000_000;

/** The grid may have at most this many steps without a value for each with one. */
const EMPTIEST = 50;

/** Below this there is no pattern to see. */
const FEWEST = 8;

/** @throws RivuletError DATA_INVALID; the message names line and value, `details` carry them. */
export function readCsv(text: string): CsvTable {
  // A spreadsheet, an archive or a picture: its bytes would only be quoted back as gibberish.
  if (text.slice(0, 4096).includes('\0')) {
    throw fail('This is not a text file. Save the table as CSV and drop that.', 1, text.slice(0, 4));
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    throw fail(
      'This is a web page, not a table: perhaps the download asked for a login.',
      1,
      text.slice(0, 40),
    );
  }
  const delimiter = detectDelimiter(text);
  const all = csvRows(text, delimiter, MAX_ROWS + 1);
  if (all.length === 0) throw fail('The file is empty.', 1, '');
  if (all.length > MAX_ROWS) throw fail(`More than ${MAX_ROWS} rows.`, all.at(-1)!.line, String(all.length));
  const width = usualWidth(all);
  const from = all.findIndex(({ cells }) => cells.length === width || cells.length === width - 1);
  const rows = all.slice(Math.max(0, from));
  const decimal = detectDecimal(someCells(rows), delimiter);
  const roles = columnRoles(rows, width, decimal);
  const problems = new Problems();

  if (roles.unreadableTime) {
    const { column, row } = roles.unreadableTime;
    throw fail(
      `Line ${row.line}: “${short(row.cells[column])}” is no time that can be read.`,
      row.line,
      row.cells[column],
    );
  }
  if (roles.measures.length === 0) throw noNumbers(roles, decimal);

  const { kept, times, clock } = timesOf(roles, problems);
  const grid = gridOf(kept, times, clock, problems);
  const columns = roles.measures
    .map((index) => columnOn(grid, kept, times, index, roles, decimal, problems))
    .filter((column) => column.values.length - column.missing >= FEWEST);
  if (columns.length === 0) {
    const last = rows.at(-1)!;
    throw fail(
      `Fewer than ${FEWEST} values, too few to forecast from. The last line read is ${last.line}: “${short(last.cells.join(delimiter))}”.`,
      last.line,
      last.cells.join(delimiter),
    );
  }
  const reading = [
    `Cells parted by ${delimiterName(delimiter)}, decimal ${decimal === ',' ? 'comma' : 'point'}, ${roles.header ? 'names in the first row' : 'no names in the first row'}.`,
    roles.time ? `Time from ${roles.time.describe}.` : 'No column holds a time: values are counted by row.',
  ];
  return { ...grid, columns, reading, problems: problems.sentences() };
}

const delimiterName = (sign: string) =>
  ({ '\t': 'tabs', ';': 'semicolons', ',': 'commas', '|': 'bars' })[sign] ?? `“${sign}”`;

const short = (value: string | undefined) => {
  const text = value ?? '';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

function fail(message: string, line: number, value: string | undefined): RivuletError {
  return new RivuletError('DATA_INVALID', message, { line, value: short(value) });
}

function usualWidth(rows: readonly CsvRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let width = 1;
  let most = 0;
  for (const [cells, count] of counts) {
    if (count > most || (count === most && cells > width)) {
      width = cells;
      most = count;
    }
  }
  return width;
}

function* someCells(rows: readonly CsvRow[]): Iterable<string> {
  const every = Math.max(1, Math.floor(rows.length / 500));
  for (let i = 0; i < rows.length; i += every) yield* rows[i]!.cells;
}

/** Names the first cell that should have been a number, so that the file can be mended there. */
function noNumbers(roles: ColumnRoles, decimal: '.' | ','): RivuletError {
  const first = roles.rows[0];
  if (!first || (!roles.header && roles.rows.length === 1))
    return fail('The file has a single row and no values.', first?.line ?? 1, first?.cells.join(', '));
  for (const { line, cells } of roles.rows) {
    for (let index = 0; index < cells.length; index++) {
      if (roles.time?.columns.includes(index)) continue;
      const number = parseNumber(cells[index]!, decimal);
      if (number === undefined) {
        return fail(
          `Line ${line}: “${short(cells[index])}” is not a number, and no column has numbers.`,
          line,
          cells[index],
        );
      }
    }
  }
  return fail(
    `Line ${first.line}: no column beside the time has values.`,
    first.line,
    first.cells.join(', '),
  );
}

/** Rows with a readable time, in the order of time. */
function timesOf(roles: ColumnRoles, problems: Problems) {
  const { time, rows } = roles;
  if (!time) {
    return { kept: rows, times: Float64Array.from(rows, (_, i) => i), clock: 'rows' as Clock };
  }
  const read: { row: CsvRow; time: number }[] = [];
  let instants = 0;
  for (const row of rows) {
    const at = time.read(row.cells);
    if (at === undefined) {
      const cell = time.columns.map((index) => row.cells[index] ?? '').join(' ');
      problems.add(
        'time',
        row.line,
        cell,
        (line, value) => `line ${line}: “${value}” is no time, row left out`,
      );
      continue;
    }
    if (time.isInstant(row.cells)) instants++;
    read.push({ row, time: at });
  }
  if (read.length === 0) {
    const { line, cells } = rows[0]!;
    throw fail(
      `Line ${line}: “${short(cells.join(' '))}” has no time that can be read.`,
      line,
      cells.join(' '),
    );
  }
  const inTime = withoutStrays(read, problems);
  let disorder = 0;
  for (let i = 1; i < inTime.length; i++) if (inTime[i]!.time < inTime[i - 1]!.time) disorder++;
  if (disorder > 0) {
    const first = inTime.find(({ time: at }, i) => i > 0 && at < inTime[i - 1]!.time)!;
    problems.note(
      `${plural(disorder, 'row')} earlier than the one before (first in line ${first.row.line}): put in the order of time`,
    );
    inTime.sort((a, b) => a.time - b.time);
  }
  return {
    kept: inTime.map(({ row }) => row),
    times: Float64Array.from(inTime, ({ time: at }) => at),
    clock: (instants * 2 > inTime.length ? 'instant' : 'wall') as Clock,
  };
}

/** Without the rows whose year or month was mistyped: they lie further off than the file is long. */
function withoutStrays(read: readonly { row: CsvRow; time: number }[], problems: Problems) {
  const sorted = Float64Array.from(read, ({ time }) => time).sort();
  const low = sorted[Math.floor(sorted.length * 0.05)]!;
  const high = sorted[Math.ceil(sorted.length * 0.95) - 1]!;
  const reach = 2 * Math.max(high - low, 1);
  return read.filter(({ row, time }) => {
    if (time >= low - reach && time <= high + reach) return true;
    problems.add(
      'stray',
      row.line,
      row.cells.join(' '),
      (line, value) => `line ${line}: “${value}” is far from all other times, row left out`,
    );
    return false;
  });
}

function gridOf(kept: readonly CsvRow[], times: Float64Array, clock: Clock, problems: Problems): Grid {
  if (clock === 'rows') return { start: 0, stepMs: 1, length: times.length, clock };
  const distinct = times.filter((time, i) => i === 0 || time > times[i - 1]!);
  const repeats = times.length - distinct.length;
  if (repeats > 0) {
    const i = times.findIndex((time, j) => j > 0 && time === times[j - 1]!);
    problems.note(
      `${plural(repeats, 'row')} with a time that was there before (line ${kept[i]!.line}): averaged`,
    );
  }
  if (times.length === 1) {
    throw fail(
      `Line ${kept[0]!.line} is the only row with values; at least ${FEWEST} are needed.`,
      kept[0]!.line,
      kept[0]!.cells.join(' '),
    );
  }
  if (distinct.length < 2) {
    throw fail(
      `Line ${kept[0]!.line}: all rows have the same time.`,
      kept[0]!.line,
      kept[0]!.cells.join(' '),
    );
  }
  const { stepMs, regular } = inferStep(distinct);
  if (regular < 0.5) problems.note('times are uneven: values are averaged on an even grid');
  const length = Math.round((distinct.at(-1)! - distinct[0]!) / stepMs) + 1;
  if (length > distinct.length * EMPTIEST + 1000 || length > MAX_ROWS) {
    const i = widestGap(times);
    throw fail(
      `Line ${kept[i]!.line}: “${short(kept[i]!.cells.join(' '))}” lies ${Math.round((times[i]! - times[i - 1]!) / stepMs)} steps after the row before; its time looks wrong.`,
      kept[i]!.line,
      kept[i]!.cells.join(' '),
    );
  }
  return { start: distinct[0]!, stepMs, length, clock };
}

function widestGap(times: Float64Array): number {
  let at = 1;
  for (let i = 2; i < times.length; i++) if (times[i]! - times[i - 1]! > times[at]! - times[at - 1]!) at = i;
  return at;
}

function columnOn(
  grid: Grid,
  kept: readonly CsvRow[],
  times: Float64Array,
  index: number,
  roles: ColumnRoles,
  decimal: '.' | ',',
  problems: Problems,
): CsvColumn {
  const sums = new Float64Array(grid.length);
  const counts = new Uint32Array(grid.length);
  for (let i = 0; i < kept.length; i++) {
    const cell = kept[i]!.cells[index] ?? '';
    const number = parseNumber(cell, decimal);
    if (number === undefined) {
      problems.add(
        'number',
        kept[i]!.line,
        cell,
        (line, value) => `line ${line}: “${value}” is not a number, read as a gap`,
      );
      continue;
    }
    if (Number.isNaN(number)) continue;
    const at = Math.round((times[i]! - grid.start) / grid.stepMs);
    sums[at]! += number;
    counts[at]!++;
  }
  let missing = 0;
  const values = Float32Array.from(sums, (sum, i) => {
    if (counts[i]! > 0) return sum / counts[i]!;
    missing++;
    return Number.NaN;
  });
  return { ...nameAndUnit(roles.header?.[index], index), values, missing };
}

/** `Temperature (°C)`, `temp [degC]`, `Power, kW` carry their unit in the name. */
function nameAndUnit(header: string | undefined, index: number): { name: string; unit: string } {
  const m = /^(.*?)\s*(?:\[([^\]]{1,12})\]|\(([^)]{1,12})\))\s*$/.exec((header ?? '').slice(0, 120));
  const name = (m?.[1] || header || `Column ${index + 1}`).slice(0, 120);
  return { name, unit: m?.[2] ?? m?.[3] ?? '' };
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Collects what was left out: the first few of each kind in full, the rest as a count. */
class Problems {
  private readonly notes: string[] = [];
  private readonly kinds = new Map<string, { shown: string[]; more: number }>();

  note(sentence: string): void {
    this.notes.push(sentence);
  }

  add(kind: string, line: number, value: string, sentence: (line: number, value: string) => string): void {
    const entry = this.kinds.get(kind) ?? { shown: [], more: 0 };
    this.kinds.set(kind, entry);
    if (entry.shown.length < 5) entry.shown.push(sentence(line, short(value)));
    else entry.more++;
  }

  sentences(): string[] {
    const kinds = [...this.kinds.values()].flatMap(({ shown, more }) =>
      more ? [...shown, `and ${more} more like it`] : shown,
    );
    return [...this.notes, ...kinds];
  }
}
