/**
 * Cells to moments. Formats are data: each reads one cell strictly or says no, and the column takes the
 * format that reads most of it, so that one odd cell cannot turn March into January.
 */

export interface TimeFormat {
  readonly name: string;
  /** Milliseconds since 1970 (wall-clock times as if UTC), or undefined where the cell is not of this format. */
  readonly read: (cell: string) => number | undefined;
  /** Whether the cell names a moment on the world's clock (a zone, or an epoch) and not just a wall clock. */
  readonly isInstant: (cell: string) => boolean;
}

const CLOCK = String.raw`(?:[T\s,]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?)?`;
const ZONE = String.raw`\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?`;
const YMD = new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${CLOCK}${ZONE}$`, 'i');
const XYZ = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${CLOCK}${ZONE}$`, 'i');
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?(Z)?$/;
const EPOCH = /^\d{9,16}(\.\d+)?$/;

/** No timestamp is longer; a longer cell would only cost the expressions time. */
const LONGEST = 48;

const always = () => true;
const hasZone = (cell: string) => /(?:Z|UTC|GMT|:\d{2}(?:\.\d+)?\s*[+-]\d{2}:?(?:\d{2})?)$/i.test(cell);

/** Dates of other centuries are typing errors, and would make the grid endless. */
const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

const TIME_FORMATS: readonly TimeFormat[] = [
  {
    name: 'year-month-day',
    read: (cell) => {
      const m = cell.length <= LONGEST ? YMD.exec(cell) : null;
      return m ? moment(+m[1]!, +m[2]!, +m[3]!, m.slice(4)) : undefined;
    },
    isInstant: hasZone,
  },
  {
    name: 'day/month/year',
    read: (cell) => {
      const m = cell.length <= LONGEST ? XYZ.exec(cell) : null;
      return m ? moment(fullYear(m[4]!), +m[3]!, +m[1]!, m.slice(5)) : undefined;
    },
    isInstant: hasZone,
  },
  {
    name: 'month/day/year',
    read: (cell) => {
      const m = cell.length <= LONGEST ? XYZ.exec(cell) : null;
      return m ? moment(fullYear(m[4]!), +m[1]!, +m[3]!, m.slice(5)) : undefined;
    },
    isInstant: hasZone,
  },
  {
    name: 'compact date',
    read: (cell) => {
      const m = COMPACT.exec(cell);
      if (!m) return undefined;
      return moment(+m[1]!, +m[2]!, +m[3]!, [m[4], m[5], m[6], undefined, undefined, m[7]]);
    },
    isInstant: (cell) => cell.endsWith('Z'),
  },
  {
    name: 'epoch',
    read: (cell) => {
      if (!EPOCH.test(cell)) return undefined;
      const number = Number(cell);
      // Seconds, milliseconds or microseconds: their ranges for the years 1973 to 2200 do not meet.
      const ms = number < 1e11 ? number * 1000 : number < 1e14 ? number : number / 1000;
      return inRange(ms);
    },
    isInstant: always,
  },
];

/** A time of day alone, `HH:MM[:SS]`, in milliseconds since midnight. */
export function parseClock(cell: string): number | undefined {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?$/i.exec(cell);
  if (!m) return undefined;
  const hour = hour24(+m[1]!, m[4]);
  if (hour === undefined || +m[2]! > 59 || +(m[3] ?? 0) > 60) return undefined;
  return ((hour * 60 + +m[2]!) * 60 + +(m[3] ?? 0)) * 1000;
}

/**
 * The format that reads most of `cells`, or undefined where none reads half of them. Between day/month and
 * month/day, where every cell allows both, it takes the order in which time runs forward in the evener steps.
 */
export function detectTimeFormat(cells: readonly string[]): TimeFormat | undefined {
  const filled = cells.filter((cell) => cell !== '');
  if (filled.length === 0) return undefined;
  let best: TimeFormat | undefined;
  let bestRank = 0.5;
  for (const format of TIME_FORMATS) {
    const times = filled.map(format.read);
    const share = times.filter((time) => time !== undefined).length / filled.length;
    if (share < 0.5) continue;
    const rank = share + 1e-3 * steadiness(times) + tieBreak(format, filled);
    if (rank > bestRank) {
      best = format;
      bestRank = rank;
    }
  }
  return best;
}

/** Share of steps that go forward by the commonest amount. */
function steadiness(times: readonly (number | undefined)[]): number {
  const counts = new Map<number, number>();
  let last: number | undefined;
  let steps = 0;
  for (const time of times) {
    if (time === undefined) continue;
    if (last !== undefined) {
      counts.set(time - last, (counts.get(time - last) ?? 0) + 1);
      steps++;
    }
    last = time;
  }
  let most = 0;
  for (const [step, count] of counts) if (step > 0) most = Math.max(most, count);
  return steps ? most / steps : 0;
}

/** Custom decides what the numbers leave open: `3/4/2024` without leading zeros is how US exports write. */
function tieBreak(format: TimeFormat, cells: readonly string[]): number {
  if (format.name !== 'month/day/year') return 0;
  const american = cells.filter((cell) => /^\d\/|\/\d\/|[ap]\.?m\.?$/i.test(cell)).length;
  return american > cells.length / 4 ? 1e-6 : -1e-6;
}

const fullYear = (text: string) => (text.length === 4 ? +text : +text + (+text < 70 ? 2000 : 1900));

function hour24(hour: number, half: string | undefined): number | undefined {
  if (!half) return hour <= 24 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

/** `rest` = hour, minute, second, fraction, am/pm, zone, each possibly absent. */
function moment(
  year: number,
  month: number,
  day: number,
  rest: readonly (string | undefined)[],
): number | undefined {
  const [h, min = '0', s = '0', fraction = '', half, zone] = rest;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const hour = hour24(Number(h ?? 0), half);
  if (hour === undefined || +min > 59 || +s > 60) return undefined;
  if (hour === 24 && (+min > 0 || +s > 0)) return undefined;
  const ms = fraction ? Math.round(Number(`0.${fraction}`) * 1000) : 0;
  const wall = Date.UTC(year, month - 1, day, hour, +min, +s, ms);
  return inRange(wall - offsetMs(zone));
}

const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

function offsetMs(zone: string | undefined): number {
  const m = zone ? /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) : null;
  if (!m) return 0;
  return (m[1] === '-' ? -1 : 1) * (+m[2]! * 60 + +(m[3] ?? 0)) * 60_000;
}

const inRange = (ms: number) => (ms >= EARLIEST && ms < LATEST ? ms : undefined);
