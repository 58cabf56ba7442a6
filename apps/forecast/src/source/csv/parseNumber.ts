/** One cell to a number: decimal point or comma, thousands marks, the many ways to write "no value". */

export type DecimalSign = '.' | ',';

const MISSING = /^(|na|n\/a|#n\/a|nan|null|nil|none|missing|undefined|unknown|unavailable|-+|\?+|\.+|\*+)$/i;
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const POINT_THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const COMMA_THOUSANDS = /^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$/;
const COMMA_PLAIN = /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d{1,3})?$/i;

/** @returns the number, NaN for a cell that says "no value", undefined for one that is neither. */
export function parseNumber(cell: string, decimal: DecimalSign): number | undefined {
  if (cell.length > 48) return undefined;
  if (MISSING.test(cell)) return Number.NaN;
  // Typographic minus, thin and no-break spaces between thousands, apostrophes of Swiss exports.
  const text = cell.replace(/^[−–]/, '-').replace(/(?<=\d)[\s\u00a0\u202f'’](?=\d{3})/g, '');
  let number: number;
  if (decimal === '.') {
    if (PLAIN.test(text)) number = Number(text);
    else if (POINT_THOUSANDS.test(text)) number = Number(text.replaceAll(',', ''));
    else return undefined;
  } else if (COMMA_THOUSANDS.test(text) && text.includes(',')) {
    number = Number(text.replaceAll('.', '').replace(',', '.'));
  } else if (COMMA_PLAIN.test(text)) {
    number = Number(text.replace(',', '.'));
  } else if (PLAIN.test(text)) {
    // A point in a file of decimal commas: a whole-number column of another program, or `1.234` meant as is.
    number = Number(text);
  } else return undefined;
  // Values are kept as float32: beyond its range there is nothing to forecast with.
  return Number.isFinite(Math.fround(number)) ? number : undefined;
}

/** Which sign the file writes decimals with, judged by the cells that can only mean one of the two. */
export function detectDecimal(cells: Iterable<string>, delimiter: string): DecimalSign {
  let comma = 0;
  let point = 0;
  for (const cell of cells) {
    if (/^[-+−]?\d*,\d+$/.test(cell) && !/^[-+−]?\d{1,3},\d{3}$/.test(cell)) comma++;
    else if (/^[-+−]?\d{1,3}(\.\d{3})+,\d+$/.test(cell)) comma++;
    else if (/^[-+−]?\d{1,3}(,\d{3})+\.\d+$/.test(cell)) point++;
    else if (/^[-+−]?\d*\.\d+$/.test(cell)) point++;
    // `1,234` alone means a decimal where cells are parted by another sign, thousands elsewhere.
    else if (/^[-+−]?\d{1,3},\d{3}$/.test(cell) && delimiter !== ',') comma += 0.5;
  }
  return comma > point ? ',' : '.';
}
