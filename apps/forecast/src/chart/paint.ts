/** The strokes and areas that uPlot does not know: the fan, earlier forecasts, the now line, alarms. */
import type uPlot from 'uplot';
import type { ForecastRecord, Interval } from '../forecast/forecastRecord.ts';
import { timeAt } from '../source/series.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';

/** Pairs of LEVELS from the outside in, by index: 80 %, 60 %, 40 % and 20 % of the future. */
const PAIRS = [
  [0, 8],
  [1, 7],
  [2, 6],
  [3, 5],
] as const;

/** Everything below the measured line. */
export function paintUnder(chart: uPlot, scene: Scene, palette: Palette): void {
  const to = places(chart, scene);
  const { ctx, bbox } = chart;
  clipped(chart, () => {
    const now = to.x(scene.now - 1);
    ctx.fillStyle = palette.ahead;
    ctx.fillRect(now, bbox.top, bbox.left + bbox.width - now, bbox.height);
    if (scene.showPast) for (const record of scene.past) paintPast(ctx, to, scene, record, palette);
    if (scene.ahead) paintFan(ctx, to, scene, scene.ahead, palette);
  });
}

/** Everything above the measured line. */
export function paintOver(chart: uPlot, scene: Scene, palette: Palette): void {
  const to = places(chart, scene);
  const { ctx, bbox } = chart;
  const px = devicePixelRatio;
  clipped(chart, () => {
    if (scene.ahead) {
      if (scene.showNaive) {
        ctx.setLineDash([2 * px, 4 * px]);
        line(ctx, to, scene, scene.ahead, scene.ahead.naive.point, palette.naive, 1.5 * px);
        ctx.setLineDash([]);
      }
      line(ctx, to, scene, scene.ahead, scene.ahead.median, palette.median, 2 * px, true);
    }
    for (const { peak, value } of scene.excursions) {
      if (peak >= scene.from) ring(ctx, to.x(peak), to.y(value), palette, px);
    }
    const value = scene.series.values[scene.now - 1];
    if (value !== undefined && Number.isFinite(value))
      dot(ctx, to.x(scene.now - 1), to.y(value), palette, px);
  });
  paintNow(ctx, to.x(scene.now - 1), bbox, palette, px);
}

interface Places {
  /** Canvas pixels of an index, and of a value. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

function places(chart: uPlot, { series }: Scene): Places {
  const seconds = series.clock === 'rows' ? 1 : 1000;
  return {
    x: (index) => chart.valToPos(timeAt(series, index) / seconds, 'x', true),
    y: (value) => chart.valToPos(value, 'y', true),
  };
}

function clipped(chart: uPlot, paint: () => void): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paint();
  ctx.restore();
}

/** The last known value: the forecast is drawn as growing out of it. */
function root(scene: Scene): number | undefined {
  const value = scene.series.values[scene.now - 1];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function area(
  ctx: CanvasRenderingContext2D,
  to: Places,
  origin: number,
  from: number,
  until: number,
  band: Interval,
  apex?: number,
): void {
  ctx.beginPath();
  if (apex !== undefined) ctx.moveTo(to.x(from - 1), to.y(apex));
  for (let i = from; i < until; i++) ctx.lineTo(to.x(i), to.y(band.hi[i - origin]!));
  for (let i = until - 1; i >= from; i--) ctx.lineTo(to.x(i), to.y(band.lo[i - origin]!));
  ctx.closePath();
  ctx.fill();
}

function paintFan(
  ctx: CanvasRenderingContext2D,
  to: Places,
  scene: Scene,
  record: ForecastRecord,
  palette: Palette,
): void {
  const from = Math.max(scene.now, record.origin);
  const until = Math.min(scene.until, record.origin + record.horizon);
  if (until <= from) return;
  const apex = root(scene);
  ctx.fillStyle = palette.fan;
  ctx.globalAlpha = 0.13;
  area(ctx, to, record.origin, from, until, record.band95, apex);
  ctx.globalAlpha = 0.17;
  for (const [low, high] of PAIRS) {
    area(
      ctx,
      to,
      record.origin,
      from,
      until,
      { lo: record.quantiles[low]!, hi: record.quantiles[high]! },
      apex,
    );
  }
  ctx.globalAlpha = 1;
}

/** What was said then, up to now: its 80 % band and its median, faint. */
function paintPast(
  ctx: CanvasRenderingContext2D,
  to: Places,
  scene: Scene,
  record: ForecastRecord,
  palette: Palette,
): void {
  const from = Math.max(scene.from, record.origin);
  const until = Math.min(scene.now, record.origin + record.horizon);
  if (until <= from) return;
  ctx.fillStyle = palette.past;
  ctx.globalAlpha = 0.13;
  area(ctx, to, record.origin, from, until, record.band80);
  ctx.globalAlpha = 0.75;
  ctx.strokeStyle = palette.past;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.beginPath();
  for (let i = from; i < until; i++) ctx.lineTo(to.x(i), to.y(record.median[i - record.origin]!));
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function line(
  ctx: CanvasRenderingContext2D,
  to: Places,
  scene: Scene,
  record: ForecastRecord,
  values: ArrayLike<number>,
  colour: string,
  width: number,
  rooted = false,
): void {
  const from = Math.max(scene.now, record.origin);
  const until = Math.min(scene.until, record.origin + record.horizon);
  const apex = rooted ? root(scene) : undefined;
  ctx.beginPath();
  if (apex !== undefined) ctx.moveTo(to.x(from - 1), to.y(apex));
  for (let i = from; i < until; i++) ctx.lineTo(to.x(i), to.y(values[i - record.origin]!));
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineJoin = 'round';
  ctx.stroke();
}

function ring(ctx: CanvasRenderingContext2D, x: number, y: number, palette: Palette, px: number): void {
  ctx.beginPath();
  ctx.arc(x, y, 5 * px, 0, 2 * Math.PI);
  ctx.fillStyle = palette.surface;
  ctx.fill();
  ctx.lineWidth = 2 * px;
  ctx.strokeStyle = palette.alarm;
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(x, y, 2 * px, 0, 2 * Math.PI);
  ctx.fillStyle = palette.alarm;
  ctx.fill();
}

function dot(ctx: CanvasRenderingContext2D, x: number, y: number, palette: Palette, px: number): void {
  ctx.beginPath();
  ctx.arc(x, y, 4 * px, 0, 2 * Math.PI);
  ctx.fillStyle = palette.line;
  ctx.fill();
  ctx.lineWidth = 2 * px;
  ctx.strokeStyle = palette.surface;
  ctx.stroke();
}

/** The line between what was measured and what is forecast, with its name in a tag at the top. */
function paintNow(
  ctx: CanvasRenderingContext2D,
  x: number,
  bbox: uPlot.BBox,
  palette: Palette,
  px: number,
): void {
  ctx.save();
  ctx.strokeStyle = palette.now;
  ctx.lineWidth = px;
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, bbox.top);
  ctx.lineTo(Math.round(x) + 0.5, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `600 ${11 * px}px ${palette.font}`;
  const width = ctx.measureText('now').width + 12 * px;
  ctx.fillStyle = palette.now;
  ctx.beginPath();
  ctx.roundRect(x - width / 2, bbox.top - 18 * px, width, 18 * px, 5 * px);
  ctx.fill();
  ctx.fillStyle = palette.nowText;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText('now', x, bbox.top - 8.5 * px);
  ctx.restore();
}
