/** Keeps a recogniser's drawing equal to the strokes on the page, copying only what is new. */
import { type HandwritingDrawing, HandwritingStroke } from '@rivulet/inference';
import type { InkStroke } from '../canvas/inkStroke.ts';

interface Copy {
  readonly stroke: HandwritingStroke;
  points: number;
}

export class DrawingMirror {
  readonly drawing: HandwritingDrawing;
  private readonly copies = new WeakMap<InkStroke, Copy>();
  private shown: readonly InkStroke[] = [];

  constructor(drawing: HandwritingDrawing) {
    this.drawing = drawing;
  }

  /** Afterwards stroke i of the drawing is `strokes[i]`, with all its points. */
  show(strokes: readonly InkStroke[]): void {
    const grownOnly = this.shown.every((stroke, i) => strokes[i] === stroke);
    if (!grownOnly) this.drawing.clear();
    for (const stroke of strokes) this.copyOf(stroke);
    for (const stroke of strokes.slice(grownOnly ? this.shown.length : 0)) {
      this.drawing.addStroke(this.copyOf(stroke).stroke);
    }
    this.shown = strokes;
  }

  private copyOf(stroke: InkStroke): Copy {
    let copy = this.copies.get(stroke);
    if (!copy) this.copies.set(stroke, (copy = { stroke: new HandwritingStroke(), points: 0 }));
    const { x, y, t } = stroke;
    for (; copy.points < stroke.length; copy.points++) {
      const i = copy.points;
      copy.stroke.addPoint({ x: x[i]!, y: y[i]!, t: t[i]! });
    }
    return copy;
  }
}
