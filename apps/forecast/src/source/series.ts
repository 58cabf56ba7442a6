/**
 * A sensor's values on an even grid, the one shape the page works with, wherever they came from.
 * Time is arithmetic (`start + i * stepMs`), so an index is enough to say where "now" is.
 */

/**
 * How `start` reads: `instant` is a moment on the world's clock and is shown in the viewer's zone; `wall` is
 * what the sensor's own clock showed, kept as if it were UTC and shown unchanged; `rows` counts rows, because
 * the file had no times.
 */
export type Clock = 'instant' | 'wall' | 'rows';

export interface Grid {
  /** Milliseconds since 1970 of value 0; the row number 0 for `rows`. */
  readonly start: number;
  /** Milliseconds from one value to the next; 1 for `rows`. */
  readonly stepMs: number;
  readonly length: number;
  readonly clock: Clock;
}

export interface Series extends Grid {
  readonly title: string;
  /** Shown behind every value; '' where none is known. */
  readonly unit: string;
  /** `[length]`, NaN = missing. */
  readonly values: Float32Array;
  /** Steps after which the pattern repeats, where the source knows it. */
  readonly season?: number;
}

/** Time of value `index`; also beyond the end, where the forecast lies. */
export const timeAt = (grid: Grid, index: number): number => grid.start + index * grid.stepMs;
