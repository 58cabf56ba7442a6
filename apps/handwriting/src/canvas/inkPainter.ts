/**
 * Two layers of canvas: finished ink, which is drawn once, and the line under the pen, of which each frame
 * clears and draws only the piece that grew. Works in device pixels, so ink is sharp on every screen.
 */
import type { Box, InkPoint, InkStroke } from './inkStroke.ts';
import { LINE_WIDTH, outlinePath, pieceCount, strokeOutline } from './strokeOutline.ts';
import type { View } from './view.ts';

export class InkPainter {
  private readonly finished: CanvasRenderingContext2D;
  private readonly live: CanvasRenderingContext2D;
  private readonly paths = new WeakMap<InkStroke, Path2D[]>();
  private view: View = { scale: 1, top: 0 };
  private ratio = 1;
  /** Page box that the live layer has ink in. */
  private drawn: Box | undefined;
  /** The growing stroke, and how many of its pieces already lie on the finished layer. */
  private growing: InkStroke | undefined;
  private settled = 0;

  constructor(finished: HTMLCanvasElement, live: HTMLCanvasElement) {
    this.finished = finished.getContext('2d')!;
    this.live = live.getContext('2d')!;
  }

  /** CSS pixels. Both layers are empty after it: call `redraw`. */
  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    for (const { canvas } of [this.finished, this.live]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.drawn = undefined;
    this.settled = 0;
  }

  /** Draws the finished strokes anew, as after scrolling, undo or a change of theme; `grow` brings back the other. */
  redraw(strokes: readonly InkStroke[], view: View, colour: string): void {
    this.view = view;
    this.settled = 0;
    for (const layer of [this.finished, this.live]) {
      this.clear(layer);
      layer.fillStyle = colour;
    }
    const bottom = view.top + this.finished.canvas.height / this.ratio / view.scale;
    for (const stroke of strokes) {
      if (stroke.box.bottom < view.top - LINE_WIDTH || stroke.box.top > bottom + LINE_WIDTH) continue;
      for (const path of this.pathsOf(stroke)) this.finished.fill(path);
    }
  }

  /** The line under the pen grew. @param ahead where the browser thinks it goes next. */
  grow(stroke: InkStroke, ahead: readonly InkPoint[] = []): void {
    if (this.growing !== stroke) {
      this.growing = stroke;
      this.settled = 0;
    }
    const last = pieceCount(stroke) - 1;
    while (this.settled < last) this.finished.fill(piecePath(stroke, this.settled++));
    this.wipeLive();
    const outline = strokeOutline(stroke, last, ahead);
    this.live.fill(new Path2D(outlinePath(outline)));
    this.drawn = boxAround(outline);
  }

  /** The stroke is over: it moves to the finished layer. */
  settle(stroke: InkStroke): void {
    this.wipeLive();
    for (const path of this.pathsOf(stroke)) this.finished.fill(path);
    this.growing = undefined;
  }

  /** The line under the pen was no writing. The caller redraws if some of it was settled already. */
  forget(): void {
    this.wipeLive();
    this.growing = undefined;
  }

  /** Of a finished stroke: an outline that can still change must not be kept. */
  private pathsOf(stroke: InkStroke): Path2D[] {
    let paths = this.paths.get(stroke);
    if (!paths) {
      paths = Array.from({ length: pieceCount(stroke) }, (_, piece) => piecePath(stroke, piece));
      this.paths.set(stroke, paths);
    }
    return paths;
  }

  private clear(layer: CanvasRenderingContext2D): void {
    layer.setTransform(1, 0, 0, 1, 0, 0);
    layer.clearRect(0, 0, layer.canvas.width, layer.canvas.height);
    const scale = this.ratio * this.view.scale;
    layer.setTransform(scale, 0, 0, scale, 0, -this.view.top * scale);
  }

  private wipeLive(): void {
    if (!this.drawn) return;
    const { left, top, right, bottom } = this.drawn;
    // One page unit of margin covers the antialiased edge.
    this.live.clearRect(left - 1, top - 1, right - left + 2, bottom - top + 2);
    this.drawn = undefined;
  }
}

function piecePath(stroke: InkStroke, piece: number): Path2D {
  return new Path2D(outlinePath(strokeOutline(stroke, piece)));
}

function boxAround(polygon: readonly (readonly number[])[]): Box | undefined {
  if (polygon.length === 0) return undefined;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of polygon as readonly [number, number][]) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}
