/**
 * Decides what each pointer event means: ink, erasing, moving the page, or a palm. Knows no DOM, so that the
 * rules can be tested; `surfaceInput` feeds it.
 *
 * - One pointer writes at a time.
 * - The pen wins: a pen that comes down takes back a touch stroke that is under way (it was the palm), and
 *   while a pen is near, or was a moment ago, touches are ignored for as long as they last.
 * - Two fingers move the page; a first finger that had only just begun to write takes its stroke back.
 * - A stroke that the system cancels is kept: on tablets that happens to quick strokes, and ink is never lost.
 */
import { type InkPoint, InkStroke, type InkTool } from './inkStroke.ts';
import { strokeId } from './strokeId.ts';

/** One sample of a pointer, in page coordinates; `p` is what the device reports. */
export type PointerSample = InkPoint;

export interface PointerInput {
  readonly pointerId: number;
  readonly tool: InkTool;
  /** The pen's eraser end or its eraser button, or the eraser is chosen. */
  readonly erasing: boolean;
  /** CSS pixels from the surface's upper edge: a page that is being moved has no fixed coordinates. */
  readonly screenY: number;
  /** Every sample since the last event, in order, the event's own last. Never empty. */
  readonly samples: readonly PointerSample[];
}

export interface WriterEvents {
  begin(stroke: InkStroke): void;
  /** Points were added to the stroke that `begin` named. */
  grow(stroke: InkStroke): void;
  end(stroke: InkStroke): void;
  /** It was no writing: forget the stroke. */
  takeBack(stroke: InkStroke): void;
  /** The eraser moved from one point to the next; the two are equal where it came down. */
  erase(from: InkPoint, to: InkPoint): void;
  /** The eraser was lifted: what it took is one step to undo. */
  eraseEnd(): void;
  /** Two fingers moved the page by this many CSS pixels of the screen. */
  pan(dy: number): void;
}

/** A palm lands this long after the pen was last near, at most (ms). */
export const PEN_NEAR_MS = 700;
/** A second finger this soon after the first means "move the page" (ms), if the first stayed this near (px). */
const PINCH_MS = 250;
const PINCH_PX = 12;

type Active =
  | { readonly kind: 'ink'; readonly pointerId: number; readonly stroke: InkStroke; screenY: number }
  | { readonly kind: 'erase'; readonly pointerId: number; readonly tool: InkTool; last: InkPoint }
  | { readonly kind: 'pan'; readonly fingers: Map<number, number> };

export class PointerWriter {
  private active: Active | undefined;
  private penSeen = -Infinity;
  private readonly events: WriterEvents;

  constructor(events: WriterEvents) {
    this.events = events;
  }

  /** A stroke is under way. */
  get writing(): boolean {
    return this.active?.kind === 'ink';
  }

  /** A pen is down, or was near less than a moment ago: what touches now is a palm. */
  penNear(t: number): boolean {
    return (
      t - this.penSeen < PEN_NEAR_MS || (this.active?.kind === 'ink' && this.active.stroke.tool === 'pen')
    );
  }

  /** @returns whether the pointer is now ours and should be captured. */
  down({ pointerId, tool, erasing, screenY, samples }: PointerInput): boolean {
    const first = samples[0]!;
    if (tool === 'pen') {
      this.penSeen = first.t;
      this.dropTouches();
    } else if (tool === 'touch' && this.penNear(first.t)) return false;

    if (this.active?.kind === 'pan') return addFinger(this.active.fingers, pointerId, tool, screenY);
    if (this.active && tool === 'touch' && this.becomesPan(first)) {
      this.startPan(pointerId, screenY);
      return true;
    }
    if (this.active) {
      // A pointer whose end was never reported must not keep the page from being written on.
      if (this.active.pointerId !== pointerId) return false;
      this.finish();
    }
    if (erasing) {
      this.active = { kind: 'erase', pointerId, tool, last: first };
      this.events.erase(first, first);
      return true;
    }
    const stroke = new InkStroke(strokeId(), tool);
    this.active = { kind: 'ink', pointerId, stroke, screenY };
    for (const sample of samples) stroke.add(sample);
    this.events.begin(stroke);
    return true;
  }

  move({ pointerId, tool, screenY, samples }: PointerInput): void {
    if (tool === 'pen') this.penSeen = samples.at(-1)!.t;
    const { active } = this;
    if (!active) return;
    if (active.kind === 'pan') {
      const before = active.fingers.get(pointerId);
      if (before === undefined) return;
      active.fingers.set(pointerId, screenY);
      // Both fingers report; each counts for its share.
      this.events.pan((screenY - before) / active.fingers.size);
    } else if (active.pointerId === pointerId) {
      if (active.kind === 'ink') {
        active.screenY = screenY;
        this.extend(active.stroke, samples);
      } else {
        for (const sample of samples) {
          this.events.erase(active.last, sample);
          active.last = sample;
        }
      }
    }
  }

  up({ pointerId, tool, samples }: PointerInput): void {
    if (tool === 'pen') this.penSeen = samples.at(-1)!.t;
    const { active } = this;
    if (active?.kind === 'pan') {
      active.fingers.delete(pointerId);
      if (active.fingers.size === 0) this.active = undefined;
    } else if (active?.pointerId === pointerId) {
      // A flick may bring no move at all: where it was lifted is then all there is.
      if (active.kind === 'ink')
        this.extend(
          active.stroke,
          samples.filter((sample) => moved(active.stroke, sample)),
        );
      this.finish();
    }
  }

  /** The system took the pointer away, or its capture was lost. */
  cancel(pointerId: number): void {
    const { active } = this;
    if (active?.kind === 'pan') {
      active.fingers.delete(pointerId);
      if (active.fingers.size === 0) this.active = undefined;
    } else if (active?.pointerId === pointerId) this.finish();
  }

  /** Ends whatever is under way and keeps it: the page is being hidden or changed. */
  finish(): void {
    const { active } = this;
    this.active = undefined;
    if (active?.kind === 'ink') this.events.end(active.stroke);
    if (active?.kind === 'erase') this.events.eraseEnd();
  }

  private extend(stroke: InkStroke, samples: readonly PointerSample[]): void {
    const before = stroke.length;
    for (const sample of samples) stroke.add(sample);
    if (stroke.length > before) this.events.grow(stroke);
  }

  /** The pen is here: what fingers and palms were doing is over, and what they wrote was none. */
  private dropTouches(): void {
    const { active } = this;
    if (active?.kind === 'pan') this.active = undefined;
    else if (active?.kind === 'ink' && active.stroke.tool === 'touch') {
      this.active = undefined;
      this.events.takeBack(active.stroke);
    } else if (active?.kind === 'erase' && active.tool === 'touch') this.finish();
  }

  private becomesPan(second: InkPoint): boolean {
    if (this.active?.kind !== 'ink' || this.active.stroke.tool !== 'touch') return false;
    const { t, box } = this.active.stroke;
    const size = Math.max(box.right - box.left, box.bottom - box.top);
    return second.t - t[0]! < PINCH_MS && size < PINCH_PX;
  }

  private startPan(pointerId: number, screenY: number): void {
    if (this.active?.kind !== 'ink') return;
    const first = this.active;
    this.active = {
      kind: 'pan',
      fingers: new Map([
        [first.pointerId, first.screenY],
        [pointerId, screenY],
      ]),
    };
    this.events.takeBack(first.stroke);
  }
}

function addFinger(fingers: Map<number, number>, pointerId: number, tool: InkTool, screenY: number): boolean {
  if (tool === 'touch') fingers.set(pointerId, screenY);
  return tool === 'touch';
}

function moved(stroke: InkStroke, { x, y }: InkPoint): boolean {
  return stroke.x.at(-1) !== x || stroke.y.at(-1) !== y;
}
