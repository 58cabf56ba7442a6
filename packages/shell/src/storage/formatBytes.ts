const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for a person, in powers of 1000: 0 B, 12 kB, 1.4 MB. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
