/** A card's small picture: the last values and the fan beyond them. */
import type { ForecastRecord } from '../forecast/forecastRecord.ts';
import type { Palette } from './palette.ts';
import { steadyRange } from './scene.ts';

export interface Spark {
  readonly values: Float32Array;
  readonly now: number;
  readonly ahead: ForecastRecord | undefined;
}

/** Draws over the whole canvas, at the pixel density of the screen. @param size of the canvas in CSS pixels. */
export function sparkline(
  canvas: HTMLCanvasElement,
  size: { readonly width: number; readonly height: number },
  { values, now, ahead }: Spark,
  palette: Palette,
): void {
  const px = devicePixelRatio;
  const width = Math.round(size.width * px);
  const height = Math.round(size.height * px);
  const ctx = canvas.getContext('2d');
  if (!ctx || width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  ctx.clearRect(0, 0, width, height);

  const horizon = ahead?.horizon ?? 48;
  const from = Math.max(0, now - 2 * horizon);
  const until = now + horizon;
  const ranged: number[] = [];
  for (let i = from; i < now; i++) ranged.push(values[i]!);
  if (ahead)
    for (let i = now; i < ahead.origin + ahead.horizon; i++) {
      ranged.push(ahead.band80.lo[i - ahead.origin]!, ahead.band80.hi[i - ahead.origin]!);
    }
  const finite = ranged.filter(Number.isFinite);
  if (finite.length === 0) return;
  const [min, max] = steadyRange([Math.min(...finite), Math.max(...finite)], undefined);
  const x = (index: number) => ((index - (now - 2 * horizon)) / (until - 1 - (now - 2 * horizon))) * width;
  const y = (value: number) => height - ((value - min) / (max - min)) * height;

  if (ahead) {
    const last = Math.min(until, ahead.origin + ahead.horizon);
    const root = values[now - 1]!;
    const edge = (side: ArrayLike<number>, step: 1 | -1) => {
      for (let i = step > 0 ? now : last - 1; i >= now && i < last; i += step)
        ctx.lineTo(x(i), y(side[i - ahead.origin]!));
    };
    for (const { lo, hi } of [ahead.band80, { lo: ahead.quantiles[2]!, hi: ahead.quantiles[6]! }]) {
      ctx.beginPath();
      if (Number.isFinite(root)) ctx.moveTo(x(now - 1), y(root));
      edge(hi, 1);
      edge(lo, -1);
      ctx.closePath();
      ctx.fillStyle = palette.fan;
      ctx.globalAlpha = 0.3;
      ctx.fill();
    }
    ctx.globalAlpha = 1;
    ctx.beginPath();
    if (Number.isFinite(root)) ctx.moveTo(x(now - 1), y(root));
    edge(ahead.median, 1);
    ctx.strokeStyle = palette.median;
    ctx.lineWidth = 1.5 * px;
    ctx.stroke();
  }
  ctx.beginPath();
  let pen = false;
  for (let i = from; i < now; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) pen = false;
    else if (pen) ctx.lineTo(x(i), y(value));
    else {
      ctx.moveTo(x(i), y(value));
      pen = true;
    }
  }
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1.5 * px;
  ctx.lineJoin = 'round';
  ctx.stroke();
}
