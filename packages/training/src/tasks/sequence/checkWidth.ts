import { lineError } from '../../data/readJsonLines.ts';

/** @throws DATA_INVALID naming the line and the key where a row of numbers has another width than the network */
export function checkWidth(row: readonly unknown[], expected: number, name: string, key: string): void {
  if (row.length === expected) return;
  const message = `${key}: ${row.length} numbers, where the network has ${expected}`;
  throw lineError(name, message, { key, expected, got: row.length });
}
