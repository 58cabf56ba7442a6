/** One line of ink from pen down to pen up, growing point by point. Its columns are core's `Stroke`. */

export type InkTool = 'pen' | 'touch' | 'mouse';

export interface InkPoint {
  /** Page coordinates in CSS pixels at scale 1; y grows downward. */
  readonly x: number;
  readonly y: number;
  /** Milliseconds since 1970 with the digitiser's fraction. */
  readonly t: number;
  /** 0 to 1; 0.5 where the device does not measure it. */
  readonly p: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Points as four columns of one length: what the store and the exchange file keep. */
export interface InkColumns {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly t: ArrayLike<number>;
  readonly p: ArrayLike<number>;
}

export class InkStroke {
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly t: number[] = [];
  readonly p: number[] = [];
  /** Of the points alone, without the width of the line. */
  readonly box: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  readonly id: string;
  readonly tool: InkTool;

  constructor(id: string, tool: InkTool) {
    this.id = id;
    this.tool = tool;
  }

  static from(id: string, tool: InkTool, { x, y, t, p }: InkColumns): InkStroke {
    const stroke = new InkStroke(id, tool);
    for (let i = 0; i < x.length; i++) stroke.add({ x: x[i]!, y: y[i]!, t: t[i]!, p: p[i]! });
    return stroke;
  }

  get length(): number {
    return this.x.length;
  }

  /** A point that repeats the last one in place and time says nothing and is left out. */
  add({ x, y, t, p }: InkPoint): void {
    const last = this.length - 1;
    if (last >= 0 && this.x[last] === x && this.y[last] === y && this.t[last] === t) return;
    this.x.push(x);
    this.y.push(y);
    this.t.push(t);
    this.p.push(p);
    const { box } = this;
    if (x < box.left) box.left = x;
    if (x > box.right) box.right = x;
    if (y < box.top) box.top = y;
    if (y > box.bottom) box.bottom = y;
  }
}

/** The box around all of them; undefined without ink. */
export function boxOf(strokes: readonly InkStroke[]): Box | undefined {
  if (strokes.length === 0) return undefined;
  return {
    left: Math.min(...strokes.map(({ box }) => box.left)),
    top: Math.min(...strokes.map(({ box }) => box.top)),
    right: Math.max(...strokes.map(({ box }) => box.right)),
    bottom: Math.max(...strokes.map(({ box }) => box.bottom)),
  };
}
