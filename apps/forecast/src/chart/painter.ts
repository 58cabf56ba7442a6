/**
 * Paints in a worker: filling and stroking is most of what a step costs, and scripts, layout and the person's hand
 * need the page's own thread. Pictures that came while another was painted are skipped for the newest.
 */
import { paint } from './paint.ts';
import type { Picture } from './picture.ts';

/** `canvas` comes first and once, `gone` last. */
export interface PainterMessage {
  readonly id: number;
  readonly canvas?: OffscreenCanvas;
  readonly picture?: Picture;
  readonly gone?: true;
}

const canvases = new Map<number, OffscreenCanvas>();
const waiting = new Map<number, Picture>();

self.onmessage = ({ data }: MessageEvent<readonly PainterMessage[]>): void => data.forEach(take);

function take({ id, canvas, picture, gone }: PainterMessage): void {
  if (canvas) canvases.set(id, canvas);
  if (picture) {
    // Messages that are already here are taken before a timer.
    if (waiting.size === 0) setTimeout(paintAll);
    waiting.set(id, picture);
  }
  if (gone) {
    canvases.delete(id);
    waiting.delete(id);
  }
}

function paintAll(): void {
  const pictures = [...waiting];
  waiting.clear();
  for (const [id, picture] of pictures) {
    const canvas = canvases.get(id);
    try {
      if (canvas) paint(canvas, picture);
    } catch (error) {
      // Should one fail, the others are painted all the same.
      reportError(error);
    }
  }
}
