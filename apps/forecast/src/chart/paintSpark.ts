/** A card's small picture: the last values and the fan beyond them. */
import { type Context, Pen } from './pen.ts';
import type { SparkPicture } from './picture.ts';

export function paintSpark(ctx: Context, { plot, measured, ahead, palette, px }: SparkPicture): void {
  const pen = new Pen(ctx, plot);
  const end = Pen.end(measured);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 1.5 * px;
  if (ahead) {
    ctx.fillStyle = palette.fan;
    ctx.globalAlpha = 0.3;
    for (const band of ahead.bands) pen.fill(band, end);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = palette.median;
    pen.stroke(ahead.median, end);
  }
  ctx.strokeStyle = palette.line;
  pen.stroke(measured);
}
