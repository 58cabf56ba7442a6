/** A canvas in the page and whoever paints it: a worker that all share, or the page where a browser cannot lend it. */
import { toast } from '@rivulet/shell';
import { paint } from './paint.ts';
import type { PainterMessage } from './painter.ts';
import type { Picture } from './picture.ts';

export interface Surface {
  paint(picture: Picture): void;
  /** The canvas is no longer in the page. */
  dispose(): void;
}

const canLend = 'transferControlToOffscreen' in HTMLCanvasElement.prototype;
// At once: it starts while the page still fetches what will be painted.
const painter = canLend
  ? new Worker(new URL('./painter.ts', import.meta.url), { type: 'module', name: 'painter' })
  : undefined;
painter?.addEventListener('error', () => toast('The charts cannot be drawn. Reload the page to try again.'));
let lent = 0;

/** What a frame paints goes over as one message: sending costs more than what is in it. */
let outbox: PainterMessage[] = [];
let lentNow: OffscreenCanvas[] = [];

function send(message: PainterMessage): void {
  if (outbox.length === 0) queueMicrotask(post);
  outbox.push(message);
  if (message.canvas) lentNow.push(message.canvas);
}

function post(): void {
  painter?.postMessage(outbox, lentNow);
  outbox = [];
  lentNow = [];
}

/** Takes the canvas over: nobody else may draw on it or size it afterwards. */
export function surface(canvas: HTMLCanvasElement): Surface {
  if (!painter) return { paint: (picture) => paint(canvas, picture), dispose() {} };
  const id = ++lent;
  send({ id, canvas: canvas.transferControlToOffscreen() });
  return { paint: (picture) => send({ id, picture }), dispose: () => send({ id, gone: true }) };
}
