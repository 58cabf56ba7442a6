/** What is painted off the main thread: all that a painter needs, and nothing that would be dear to copy to it. */
import type { Palette } from './palette.ts';

/** Values of `from ... from + line.length - 1`. */
export interface Line {
  readonly from: number;
  readonly values: Float32Array;
}

/** An area between two lines that begin together. */
export interface Area {
  readonly from: number;
  readonly lo: Float32Array;
  readonly hi: Float32Array;
}

/** Where the plot lies on its canvas, and what its edges mean; in canvas pixels. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Indices at the left and the right edge. */
  readonly from: number;
  readonly to: number;
  /** Values at the lower and the upper edge. */
  readonly min: number;
  readonly max: number;
}

interface Canvas {
  /** In canvas pixels. */
  readonly width: number;
  readonly height: number;
  /** Canvas pixels to a CSS pixel. */
  readonly px: number;
  readonly palette: Palette;
}

export interface ChartPicture extends Canvas {
  readonly kind: 'chart';
  readonly plot: Plot;
  /** Up to now; NaN = gap. */
  readonly measured: Line;
  /** From the first forecast step on: its bands from the outside in, and the median. */
  readonly ahead: { readonly bands: readonly Area[]; readonly median: Line } | undefined;
  readonly naive: Line | undefined;
  /** Earlier forecasts up to now: the 80 % band and the median of each. */
  readonly past: readonly { readonly band: Area; readonly median: Line }[];
  /** Where the band was left. */
  readonly alarms: readonly { readonly index: number; readonly value: number }[];
}

export interface SparkPicture extends Canvas {
  readonly kind: 'spark';
  readonly plot: Plot;
  readonly measured: Line;
  readonly ahead: ChartPicture['ahead'];
}

export type Picture = ChartPicture | SparkPicture;
