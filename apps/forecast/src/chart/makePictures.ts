/** What a painter is to paint, cut out of the page's records: copies of just the stretch that is seen. */
import type { ForecastRecord, Interval } from '../forecast/forecastRecord.ts';
import type { Palette } from './palette.ts';
import type { Area, ChartPicture, Line, Plot, SparkPicture } from './picture.ts';
import { type Scene, steadyRange } from './scene.ts';

/** Pairs of LEVELS from the outside in, by index: 80 %, 60 %, 40 % and 20 % of the future. */
const NESTED = [
  [0, 8],
  [1, 7],
  [2, 6],
  [3, 5],
] as const;

/** @param plot its indices are the scene's. @param px canvas pixels to a CSS pixel. */
export function chartPicture(
  scene: Scene,
  plot: Plot,
  size: { readonly width: number; readonly height: number },
  px: number,
  palette: Palette,
): ChartPicture {
  const { series, now, from, until, ahead, showNaive } = scene;
  return {
    kind: 'chart',
    ...size,
    px,
    palette,
    plot,
    measured: { from, values: series.values.slice(from, now) },
    ahead: ahead && {
      bands: [ahead.band95, ...NESTED.map((pair) => between(ahead, pair))].map((band) =>
        area(ahead, band, now, until),
      ),
      median: line(ahead, ahead.median, now, until),
    },
    naive: ahead && showNaive ? line(ahead, ahead.naive.point, now, until) : undefined,
    past: (scene.showPast ? scene.past : []).map((record) => ({
      band: area(record, record.band80, from, now),
      median: line(record, record.median, from, now),
    })),
    alarms: scene.excursions
      .filter(({ peak }) => peak >= from)
      .map(({ peak, value }) => ({ index: peak, value })),
  };
}

export interface Spark {
  readonly values: Float32Array;
  readonly now: number;
  readonly ahead: ForecastRecord | undefined;
}

/** @param size of the canvas in CSS pixels. @returns undefined without a size. */
export function sparkPicture(
  { values, now, ahead }: Spark,
  size: { readonly width: number; readonly height: number },
  px: number,
  palette: Palette,
): SparkPicture | undefined {
  const width = Math.round(size.width * px);
  const height = Math.round(size.height * px);
  const horizon = ahead?.horizon ?? 48;
  const first = now - 2 * horizon;
  const from = Math.max(0, first);
  const measured = { from, values: values.slice(from, now) };
  const band = ahead && area(ahead, ahead.band80, now, now + horizon);
  const extent = extentOf([measured.values, ...(band ? [band.lo, band.hi] : [])]);
  if (width === 0 || height === 0) return undefined;
  // Of a gap the picture is empty: it takes the place of the last one.
  const [min, max] = extent ? steadyRange(extent, undefined) : [0, 1];
  const plot = { left: 0, top: 0, width, height, from: first, to: now + horizon - 1, min, max };
  return {
    ...{ kind: 'spark', width, height, px, palette, plot, measured },
    ahead: ahead &&
      band && {
        bands: [band, area(ahead, between(ahead, NESTED[2]), now, now + horizon)],
        median: line(ahead, ahead.median, now, now + horizon),
      },
  };
}

const between = ({ quantiles }: ForecastRecord, [low, high]: readonly [number, number]): Interval => ({
  lo: quantiles[low]!,
  hi: quantiles[high]!,
});

/** The part of a forecast's row that speaks of `from ... until - 1`. */
function line(
  { origin, horizon }: ForecastRecord,
  row: ArrayLike<number>,
  from: number,
  until: number,
): Line {
  const first = Math.max(from, origin);
  const values = new Float32Array(Math.max(0, Math.min(until, origin + horizon) - first));
  for (let i = 0; i < values.length; i++) values[i] = row[first - origin + i]!;
  return { from: first, values };
}

function area(record: ForecastRecord, { lo, hi }: Interval, from: number, until: number): Area {
  const lower = line(record, lo, from, until);
  return { from: lower.from, lo: lower.values, hi: line(record, hi, from, until).values };
}

function extentOf(rows: readonly Float32Array[]): readonly [number, number] | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    for (const value of row) {
      // NaN is in neither comparison.
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? [min, max] : undefined;
}
