/** The strokes and areas that every picture is made of, from indices and values to canvas pixels. */
import type { Area, Line, Plot } from './picture.ts';

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface Point {
  readonly index: number;
  readonly value: number;
}

export class Pen {
  readonly ctx: Context;
  private readonly plot: Plot;

  constructor(ctx: Context, plot: Plot) {
    this.ctx = ctx;
    this.plot = plot;
  }

  x(index: number): number {
    const { left, width, from, to } = this.plot;
    return left + ((index - from) / (to - from || 1)) * width;
  }

  y(value: number): number {
    const { top, height, min, max } = this.plot;
    return top + (1 - (value - min) / (max - min)) * height;
  }

  /** Traces a line; NaN lifts the pen. @param apex where it grows out of. */
  stroke({ from, values }: Line, apex?: Point): void {
    const { ctx } = this;
    ctx.beginPath();
    let isDown = apex !== undefined;
    if (apex) ctx.moveTo(this.x(apex.index), this.y(apex.value));
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) isDown = false;
      else if (isDown) ctx.lineTo(this.x(from + i), this.y(value));
      else {
        ctx.moveTo(this.x(from + i), this.y(value));
        isDown = true;
      }
    }
    ctx.stroke();
  }

  fill({ from, lo, hi }: Area, apex?: Point): void {
    const { ctx } = this;
    ctx.beginPath();
    if (apex) ctx.moveTo(this.x(apex.index), this.y(apex.value));
    for (let i = 0; i < hi.length; i++) ctx.lineTo(this.x(from + i), this.y(hi[i]!));
    for (let i = lo.length - 1; i >= 0; i--) ctx.lineTo(this.x(from + i), this.y(lo[i]!));
    ctx.closePath();
    ctx.fill();
  }

  /** The last value of a line, where it is no gap: a forecast is drawn as growing out of it. */
  static end({ from, values }: Line): Point | undefined {
    const value = values.at(-1);
    return value !== undefined && Number.isFinite(value)
      ? { index: from + values.length - 1, value }
      : undefined;
  }
}
