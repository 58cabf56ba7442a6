import { RivuletError } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText } from '../readText.ts';
import { readCsv } from './readCsv.ts';

const HOUR = 3_600_000;
const DAY = new Date('2024-03-01T00:00:00Z').getTime();
const pad = (n: number) => String(n).padStart(2, '0');

/** 2024-03-01 00:00 and the hours after it, as `write` writes them, each beside `value(i)`. */
function table(
  write: (date: Date, i: number) => string,
  { delimiter = ',', header = 'time,value', rows = 48, value = (i: number) => String(i / 2) } = {},
): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => write(new Date(DAY + i * HOUR), i) + delimiter + value(i),
  );
  return [...(header ? [header] : []), ...lines].join('\n');
}

const utc = (d: Date) =>
  [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes()] as const;

function failure(text: string): RivuletError {
  try {
    readCsv(text);
  } catch (error) {
    if (error instanceof RivuletError) return error;
    throw error;
  }
  throw new Error('readCsv took it');
}

describe('times', () => {
  const writings: Record<string, (d: Date) => string> = {
    'ISO with T': (d) => d.toISOString().slice(0, 16),
    'ISO with seconds and Z': (d) => d.toISOString(),
    'ISO with a blank': (d) => d.toISOString().slice(0, 19).replace('T', ' '),
    'year/month/day': (d) =>
      `${d.toISOString().slice(0, 10).replaceAll('-', '/')} ${pad(d.getUTCHours())}:00`,
    'day.month.year': (d) => {
      const [y, m, day, h, min] = utc(d);
      return `${pad(day)}.${pad(m)}.${y} ${pad(h)}:${pad(min)}`;
    },
    'month/day/year with am and pm': (d) => {
      const [y, m, day, h, min] = utc(d);
      return `${m}/${day}/${y} ${h % 12 || 12}:${pad(min)} ${h < 12 ? 'AM' : 'PM'}`;
    },
    'epoch seconds': (d) => String(d.getTime() / 1000),
    'epoch milliseconds': (d) => String(d.getTime()),
    compact: (d) => {
      const [y, m, day, h, min] = utc(d);
      return `${y}${pad(m)}${pad(day)}${pad(h)}${pad(min)}`;
    },
  };
  it.each(Object.keys(writings))('reads %s', (name) => {
    const read = readCsv(table(writings[name]!));
    expect(new Date(read.start).toISOString()).toBe(new Date(DAY).toISOString());
    expect(read).toMatchObject({ stepMs: HOUR, length: 48 });
    expect([...read.columns[0]!.values]).toEqual(Array.from({ length: 48 }, (_, i) => i / 2));
  });

  it('keeps a wall clock apart from a moment', () => {
    expect(readCsv(table(writings['ISO with T']!)).clock).toBe('wall');
    expect(readCsv(table((d) => `${d.toISOString().slice(0, 16)}+02:00`))).toMatchObject({
      clock: 'instant',
      start: DAY - 2 * HOUR,
    });
    expect(readCsv(table(writings['epoch seconds']!)).clock).toBe('instant');
  });

  it('joins a date and a clock of two columns', () => {
    const text = table((d) => `${d.toISOString().slice(0, 10)};${pad(d.getUTCHours())}:00`, {
      delimiter: ';',
      header: 'Date;Time;Value',
    });
    expect(readCsv(text)).toMatchObject({ start: DAY, stepMs: HOUR, length: 48 });
  });

  it('joins columns named year, month, day, hour', () => {
    const text = table((d) => utc(d).slice(0, 4).join(','), { header: 'year,month,day,hour,value' });
    expect(readCsv(text)).toMatchObject({ start: DAY, stepMs: HOUR, length: 48 });
    expect(readCsv(text).columns.map(({ name }) => name)).toEqual(['value']);
  });

  it('tells day/month from month/day by the days beyond the twelfth', () => {
    const days = (order: (m: number, d: number) => string) =>
      ['t,v', ...Array.from({ length: 20 }, (_, i) => `${order(3, i + 1)}/2024,${i}`)].join('\n');
    expect(readCsv(days((m, d) => `${d}/${m}`))).toMatchObject({ start: DAY, stepMs: 24 * HOUR, length: 20 });
    expect(readCsv(days((m, d) => `${m}/${d}`))).toMatchObject({ start: DAY, stepMs: 24 * HOUR, length: 20 });
  });

  it('counts rows where the file has no time', () => {
    const read = readCsv(Array.from({ length: 30 }, (_, i) => `${Math.sin(i).toFixed(3)}`).join('\n'));
    expect(read).toMatchObject({ clock: 'rows', length: 30, stepMs: 1 });
  });
});

describe('cells', () => {
  it('reads semicolons with decimal commas, and thousands', () => {
    const text = table((d) => d.toISOString().slice(0, 16), {
      delimiter: ';',
      header: 'Zeit;Leistung [kW]',
      value: (i) => `1.${pad(i)}0,5`,
    });
    const [column] = readCsv(text).columns;
    expect(column).toMatchObject({ name: 'Leistung', unit: 'kW', missing: 0 });
    expect(column!.values[7]).toBe(1070.5);
  });

  it('reads tabs, quoted cells, comments, a preamble and no header', () => {
    const body = table((d) => `"${d.toISOString()}"`, { delimiter: '\t', header: '' });
    expect(readCsv(body)).toMatchObject({ length: 48 });
    expect(readCsv(`# logger 7\nStation Harbour\n${body}`)).toMatchObject({ length: 48 });
  });

  it('keeps a delimiter and a line break inside quotes', () => {
    const text = `when,"value, in ""kW""\nof the pump"\n${table((d) => d.toISOString(), { header: '' })}`;
    const read = readCsv(text);
    expect(read.columns[0]!.name).toBe('value, in "kW"\nof the pump');
    expect(read.length).toBe(48);
  });

  it('offers every measured column and none of words or row numbers', () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${i + 1},${new Date(DAY + i * HOUR).toISOString()},${i},N,${-i}`,
    );
    const names = readCsv(['No,time,a,wind,b', ...rows].join('\n')).columns.map(({ name }) => name);
    expect(names).toEqual(['a', 'b']);
  });

  it('reads the old Windows code page and UTF-16', () => {
    const latin = Uint8Array.from(
      [...'t,\xb0C\n', ...Array.from({ length: 20 }, (_, i) => `${i},1\n`).join('')].map((c) =>
        c.charCodeAt(0),
      ),
    );
    expect(readText(latin)).toContain('°C');
    const wide = new Uint8Array(new Uint16Array([0xfeff, 0x61, 0xb0]).buffer);
    expect(readText(wide)).toContain('a°');
  });
});

describe('gaps, repeats and disorder', () => {
  it('turns missing rows and NA cells into NaN on the grid', () => {
    const text = table((d) => d.toISOString(), { value: (i) => ['', 'NA', 'null', '-'][i % 8] ?? String(i) })
      .split('\n')
      .filter((_, line) => line !== 15 && line !== 16)
      .join('\n');
    const read = readCsv(text);
    expect(read.length).toBe(48);
    const expected = Array.from({ length: 48 }, (_, i) =>
      i % 8 < 4 || i === 14 || i === 15 ? Number.NaN : i,
    );
    expect([...read.columns[0]!.values]).toEqual(expected);
    expect(read.columns[0]!.missing).toBe(expected.filter(Number.isNaN).length);
    expect(read.problems).toEqual([]);
  });

  it('puts rows in order, averages repeats, and says both with their lines', () => {
    const lines = table((d) => d.toISOString()).split('\n');
    [lines[5], lines[9]] = [lines[9]!, lines[5]!];
    lines.push(`${new Date(DAY + 3 * HOUR).toISOString()},100`);
    const read = readCsv(lines.join('\n'));
    expect(read.columns[0]!.values[3]).toBe((1.5 + 100) / 2);
    expect(read.columns[0]!.values[4]).toBe(2);
    expect(read.problems.join(' ')).toMatch(/put in the order of time/);
    expect(read.problems.join(' ')).toMatch(/1 row with a time that was there before/);
  });

  it('bridges jitter and drift of a minute logger', () => {
    const rows = Array.from(
      { length: 300 },
      (_, i) => `${new Date(DAY + i * 60_000 + (i % 3) * 900).toISOString()},${i}`,
    );
    expect(readCsv(['t,v', ...rows].join('\n'))).toMatchObject({ stepMs: 60_000, length: 300 });
  });

  it('finds the step although most rows are missing', () => {
    const kept = Array.from({ length: 400 }, (_, i) => i).filter((i) => i % 5 < 2);
    const rows = kept.map((i) => `${new Date(DAY + i * HOUR).toISOString()},${i}`);
    expect(readCsv(['t,v', ...rows].join('\n'))).toMatchObject({ stepMs: HOUR, length: 397 });
  });

  it('leaves out a row whose year was mistyped, naming line and value', () => {
    const lines = table((d) => d.toISOString()).split('\n');
    lines[20] = lines[20]!.replace('2024', '2042');
    const read = readCsv(lines.join('\n'));
    expect(read.length).toBe(48);
    expect(read.problems.join(' ')).toMatch(/line 21: “2042-/);
  });

  it('takes no day that the calendar lacks', () => {
    const days = [26, 27, 28, 29, 30].map((day) => `${day}.02.2024 00:00;${day}`);
    const read = readCsv(
      ['t;v', ...Array.from({ length: 25 }, (_, i) => `${pad(i + 1)}.02.2024 00:00;${i}`), ...days].join(
        '\n',
      ),
    );
    expect(read.length).toBe(29);
    expect(read.problems.join(' ')).toContain('line 31: “30.02.2024 00:00” is no time');
  });

  it('reads a bad cell as a gap and names it', () => {
    const lines = table((d) => d.toISOString()).split('\n');
    lines[10] = lines[10]!.replace(/,.*/, ',12,5x');
    lines[11] = lines[11]!.replace(/,.*/, ',err#7');
    const read = readCsv(lines.join('\n'));
    expect(read.problems.join(' ')).toContain('line 12: “err#7” is not a number');
    expect(read.columns[0]!.values[10]).toBeNaN();
  });
});

describe('broken files', () => {
  it.each([
    ['an empty file', '', 1],
    ['words alone', 'time,value\n2024-01-01,abc\n2024-01-02,def\n', 2],
    ['names alone', 'time,value\n', 1],
    ['an open quote', `time,value\n2024-01-01,"1\n${'2024-01-02,2\n'.repeat(20)}`, 2],
    ['too few values', 'time,value\n2024-01-01,1\n2024-01-02,2\n', 3],
    ['one time for all', `time,value\n${'2024-01-01T00:00,1\n'.repeat(20)}`, 2],
    [
      'times that are none',
      `time,value\n${Array.from({ length: 20 }, (_, i) => `soon${i},${i}`).join('\n')}`,
      2,
    ],
    ['a spreadsheet', 'PK\u0003\u0004\0\0\0', 1],
  ])('%s is refused with its line', (_, text, line) => {
    const error = failure(text);
    expect(error.code).toBe('DATA_INVALID');
    expect(error.details.line).toBe(line);
    expect(error.details).toHaveProperty('value');
  });

  it('survives any text: an even grid of finite numbers and gaps, or a coded error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), check), { numRuns: 500 });
  });

  it('survives mutated bytes of a good file', () => {
    const good = new TextEncoder().encode(
      table((d) => d.toISOString(), { header: 'time;"temp (°C)"', delimiter: ';', value: (i) => `${i},5` }),
    );
    const edits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(edits, fc.nat(good.length), (changes, cut) => {
        const bytes = good.slice(0, cut);
        for (const [at, byte] of changes) if (at < cut) bytes[at] = byte;
        check(readText(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('survives cells made to slow it down', () => {
    const started = performance.now();
    for (const cell of [
      '1'.repeat(1e6),
      ' '.repeat(1e6),
      '1 '.repeat(5e5),
      '"'.repeat(1e5),
      '1/1/1 '.repeat(1e5),
    ]) {
      check(`time,value\n${cell},1\n${`2024-01-01,${cell}\n`.repeat(3)}`);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

function check(text: string): void {
  let read: ReturnType<typeof readCsv>;
  try {
    read = readCsv(text);
  } catch (error) {
    if (!(error instanceof RivuletError)) throw error;
    expect(error.details.line).toBeGreaterThanOrEqual(1);
    return;
  }
  expect(read.stepMs).toBeGreaterThan(0);
  expect(Number.isFinite(read.start)).toBe(true);
  for (const { values, missing } of read.columns) {
    expect(values.length).toBe(read.length);
    expect(values.every((value) => Number.isNaN(value) || Number.isFinite(value))).toBe(true);
    expect(values.filter(Number.isNaN).length).toBe(missing);
  }
}

describe('files that are no table', () => {
  it.each([
    ['', /file is empty/],
    ['time,value\n', /single row and no values/],
    ['time,value\n2024-01-01T00:00,5', /Line 2 is the only row with values; at least 8/],
    ['<!doctype html>\n<html><body>Please log in</body></html>', /web page, not a table/],
    ['\u0089PNG\r\n\0\0', /not a text file/],
    ['{"a":[1,2,3],\n"b":2}', /is not a number, and no column has numbers/],
  ])('says of %j what is wrong', (text, sentence) => {
    expect(failure(text).message).toMatch(sentence);
  });
});
