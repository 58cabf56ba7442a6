/** What lies on the chart's axes: the fan, earlier forecasts, the measured line, the now line, alarms. */
import { type Context, Pen, type Point } from './pen.ts';
import type { ChartPicture } from './picture.ts';

export function paintChart(ctx: Context, picture: ChartPicture): void {
  const { plot, palette, px, measured, ahead, naive, past, alarms } = picture;
  const pen = new Pen(ctx, plot);
  const end = Pen.end(measured);
  const now = pen.x(measured.from + measured.values.length - 1);
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.left, plot.top, plot.width, plot.height);
  ctx.clip();
  ctx.lineJoin = 'round';

  ctx.fillStyle = palette.ahead;
  ctx.fillRect(now, plot.top, plot.left + plot.width - now, plot.height);
  for (const { band, median } of past) {
    ctx.fillStyle = palette.past;
    ctx.globalAlpha = 0.13;
    pen.fill(band);
    ctx.globalAlpha = 0.75;
    ctx.strokeStyle = palette.past;
    ctx.lineWidth = 1.25 * px;
    pen.stroke(median);
  }
  if (ahead) {
    ctx.fillStyle = palette.fan;
    ahead.bands.forEach((band, nested) => {
      ctx.globalAlpha = nested === 0 ? 0.13 : 0.17;
      pen.fill(band, end);
    });
  }
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1.75 * px;
  pen.stroke(measured);
  if (naive) {
    ctx.setLineDash([2 * px, 4 * px]);
    ctx.strokeStyle = palette.naive;
    ctx.lineWidth = 1.5 * px;
    pen.stroke(naive);
    ctx.setLineDash([]);
  }
  if (ahead) {
    ctx.strokeStyle = palette.median;
    ctx.lineWidth = 2 * px;
    pen.stroke(ahead.median, end);
  }
  for (const alarm of alarms) {
    disc(pen, alarm, px, 5, palette.surface, palette.alarm);
    disc(pen, alarm, px, 2, palette.alarm);
  }
  if (end) disc(pen, end, px, 4, palette.line, palette.surface);
  ctx.restore();
  paintNow(ctx, now, picture);
}

/** A point of the line, with an edge that is 2 CSS pixels wide where it has one. @param radius CSS pixels */
function disc(
  pen: Pen,
  { index, value }: Point,
  px: number,
  radius: number,
  fill: string,
  edge?: string,
): void {
  const { ctx } = pen;
  ctx.beginPath();
  ctx.arc(pen.x(index), pen.y(value), radius * px, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  if (edge === undefined) return;
  ctx.lineWidth = 2 * px;
  ctx.strokeStyle = edge;
  ctx.stroke();
}

/** The line between what was measured and what is forecast, with its name in a tag at the top. */
function paintNow(ctx: Context, x: number, { plot, palette, px }: ChartPicture): void {
  ctx.save();
  ctx.strokeStyle = palette.now;
  ctx.lineWidth = px;
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, plot.top);
  ctx.lineTo(Math.round(x) + 0.5, plot.top + plot.height);
  ctx.stroke();
  ctx.font = `600 ${11 * px}px ${palette.font}`;
  const width = ctx.measureText('now').width + 12 * px;
  ctx.fillStyle = palette.now;
  ctx.beginPath();
  ctx.roundRect(x - width / 2, plot.top - 18 * px, width, 18 * px, 5 * px);
  ctx.fill();
  ctx.fillStyle = palette.nowText;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText('now', x, plot.top - 8.5 * px);
  ctx.restore();
}
