/** Which sign parts the cells: the one by which most of the first lines fall into the same number of cells. */
import { csvRows } from './csvRows.ts';

/** In order of trust: a comma may also be a decimal sign, a tab is never anything else. */
const CANDIDATES = ['\t', ';', '|', ','] as const;

/** Lines looked at: enough to outvote a preamble, few enough to cost nothing. */
const LOOK_AT = 200;

/** Text up to its first `LOOK_AT` lines, cut at a line end. */
function head(text: string): string {
  let at = -1;
  for (let i = 0; i < LOOK_AT; i++) {
    const next = text.indexOf('\n', at + 1);
    if (next < 0) return text.slice(0, 200_000);
    at = next;
  }
  return text.slice(0, Math.min(at, 200_000));
}

/** @returns the delimiter; `,` where every line is a single cell. */
export function detectDelimiter(text: string): string {
  const sample = head(text);
  const declared = /^sep=(.)\s*$/im.exec(sample.slice(0, 8));
  if (declared) return declared[1]!;
  let best = ',';
  let bestShare = 0;
  for (const candidate of CANDIDATES) {
    const share = agreement(sample, candidate);
    // A later candidate must be clearly better: `1,5;2,5` also falls evenly at its commas.
    if (share > bestShare + 0.1) {
      best = candidate;
      bestShare = share;
    }
  }
  return best;
}

/** Share of rows that have the commonest number of cells, where that is more than one. */
function agreement(sample: string, delimiter: string): number {
  const counts = new Map<number, number>();
  let rows: ReturnType<typeof csvRows>;
  try {
    rows = csvRows(sample, delimiter);
  } catch {
    // The sample may cut a quoted cell in two; judge by the plain split then.
    rows = sample.split(/\r?\n/).map((text, i) => ({ line: i + 1, cells: text.split(delimiter) }));
  }
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let most = 0;
  for (const [cells, rowsWith] of counts) if (cells > 1) most = Math.max(most, rowsWith);
  return most / Math.max(1, rows.length);
}
