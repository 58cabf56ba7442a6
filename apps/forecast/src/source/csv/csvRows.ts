/**
 * Text to rows of cells, by RFC 4180 and what loggers really write: any line ending, quoted cells with
 * delimiters and line breaks inside, comment lines, Excel's `sep=` line.
 */
import { RivuletError } from '@rivulet/core';

export interface CsvRow {
  /** Line of the file, from 1, on which the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quoted cell longer than this is a quote that nobody closed. */
const LONGEST_QUOTED = 10_000;

/**
 * @throws RivuletError DATA_INVALID naming line and text where a quote is never closed.
 */
export function csvRows(text: string, delimiter: string, limit = Number.POSITIVE_INFINITY): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length && rows.length < limit) {
    const end = lineEnd(text, at);
    const raw = text.slice(at, end);
    if (!raw.includes('"')) {
      if (!isSkipped(raw, line)) rows.push({ line, cells: raw.split(delimiter).map(trim) });
      at = afterLine(text, end);
      line++;
      continue;
    }
    const quoted = quotedRow(text, at, delimiter, line);
    rows.push({ line, cells: quoted.cells });
    at = quoted.at;
    line += quoted.lines;
  }
  return rows;
}

const trim = (cell: string) => cell.trim();

/** Empty lines, comments, and the first line by which Excel tells itself the delimiter. */
function isSkipped(raw: string, line: number): boolean {
  return raw.trim() === '' || raw.startsWith('#') || (line === 1 && /^sep=.$/i.test(raw.trim()));
}

function lineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from);
  const cr = text.indexOf('\r', from);
  if (lf < 0 && cr < 0) return text.length;
  if (lf < 0) return cr;
  return cr < 0 ? lf : Math.min(lf, cr);
}

const afterLine = (text: string, end: number) => (text.startsWith('\r\n', end) ? end + 2 : end + 1);

/** One row that holds a quote, character by character, across lines where a quoted cell spans them. */
function quotedRow(text: string, from: number, delimiter: string, line: number) {
  const cells: string[] = [];
  let cell = '';
  let lines = 1;
  let at = from;
  while (at < text.length) {
    const sign = text[at]!;
    if (sign === '"' && cell.trim() === '') {
      const closed = quotedCell(text, at, line + lines - 1);
      cell = closed.cell;
      lines += closed.breaks;
      at = closed.at;
      // A quoted cell may look empty; what follows it up to the delimiter is kept as written.
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r')
        cell += text[at++];
    } else if (sign === delimiter) {
      cells.push(cell.trim());
      cell = '';
      at++;
    } else if (sign === '\n' || sign === '\r') {
      at = afterLine(text, at);
      return { cells: [...cells, cell.trim()], at, lines };
    } else {
      cell += sign;
      at++;
    }
  }
  return { cells: [...cells, cell.trim()], at, lines };
}

/** The content of the quoted cell that opens at `from`, with `""` read as one quote. */
function quotedCell(text: string, from: number, line: number) {
  let at = from + 1;
  let cell = '';
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0 || close - from > LONGEST_QUOTED) {
      const value = text.slice(from, from + 40).replace(/[\r\n]+/g, ' ');
      throw new RivuletError(
        'DATA_INVALID',
        `Line ${line}: the quote before “${value.slice(1)}” is never closed.`,
        {
          line,
          value,
        },
      );
    }
    cell += text.slice(at, close);
    if (text[close + 1] !== '"') {
      const breaks = cell.match(/\r\n|\r|\n/g)?.length ?? 0;
      return { cell, at: close + 1, breaks };
    }
    cell += '"';
    at = close + 2;
  }
}
