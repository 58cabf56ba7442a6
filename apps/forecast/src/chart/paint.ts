/** A picture on its canvas, in a worker or in the page. */
import { paintChart } from './paintChart.ts';
import { paintSpark } from './paintSpark.ts';
import type { Context } from './pen.ts';
import type { Picture } from './picture.ts';

/** Replaces what was there; the canvas takes the picture's size. */
export function paint(canvas: HTMLCanvasElement | OffscreenCanvas, picture: Picture): void {
  const ctx = canvas.getContext('2d') as Context | null;
  if (!ctx) return;
  const { width, height } = picture;
  // Setting a size, even the same, clears the canvas and gives its memory back.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  ctx.clearRect(0, 0, width, height);
  if (picture.kind === 'chart') paintChart(ctx, picture);
  else paintSpark(ctx, picture);
}
