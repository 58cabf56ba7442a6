/** One column of a sensor data set on a regular grid of time, as every loader of this folder returns it. */
export interface SensorSeries {
  /** Folder of the data set: 'tetouan'. */
  readonly set: string;
  /** Unique within the set: 'Zone1', 'Tiantan/TEMP'. */
  readonly name: string;
  readonly stepSeconds: number;
  /** Steps in the main season. */
  readonly season: number;
  /** [n], NaN = missing. */
  readonly y: Float64Array;
}

/** Half-open ranges of a chronological 60/20/20 split, by target index. */
export function chronologicalSplit(length: number): {
  readonly train: readonly [number, number];
  readonly val: readonly [number, number];
  readonly test: readonly [number, number];
} {
  const a = Math.floor(length * 0.6);
  const b = Math.floor(length * 0.8);
  return { train: [0, a], val: [a, b], test: [b, length] };
}
