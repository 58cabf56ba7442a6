/**
 * Listens to the surface's pointer events and hands them to a `PointerWriter`: coalesced samples with the
 * time stamps the digitiser gave them, in page coordinates.
 */
import type { InkPoint, InkTool } from './inkStroke.ts';
import type { PointerInput, PointerWriter } from './pointerWriter.ts';
import { toPageX, toPageY, type View } from './view.ts';

export interface SurfaceInputOptions {
  readonly element: HTMLElement;
  readonly writer: PointerWriter;
  readonly view: () => View;
  /** The eraser is the chosen tool. */
  readonly erasing: () => boolean;
  /** Where the browser thinks the pointer goes next, in page coordinates; empty where it does not say. */
  readonly predicted: (ahead: readonly InkPoint[]) => void;
}

/** `PointerEvent.buttons` of a pen that is turned to its eraser end. */
const ERASER_BUTTON = 32;

/** @returns how to stop listening. */
export function surfaceInput({ element, writer, view, erasing, predicted }: SurfaceInputOptions): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let rect = element.getBoundingClientRect();

  const toPoint = (event: PointerEvent, tool: InkTool): InkPoint => ({
    // offsetX of a coalesced event is wrong in Safari; the client's coordinates are right everywhere.
    x: toPageX(view(), event.clientX - rect.left),
    y: toPageY(view(), event.clientY - rect.top),
    t: performance.timeOrigin + event.timeStamp,
    p: tool === 'pen' && event.pressure > 0 ? event.pressure : 0.5,
  });
  const read = (event: PointerEvent): PointerInput => {
    const tool: InkTool =
      event.pointerType === 'pen' || event.pointerType === 'touch' ? event.pointerType : 'mouse';
    const coalesced = event.type === 'pointermove' ? (event.getCoalescedEvents?.() ?? []) : [];
    return {
      pointerId: event.pointerId,
      tool,
      erasing: erasing() || (event.buttons & ERASER_BUTTON) !== 0,
      screenY: event.clientY - rect.top,
      samples: (coalesced.length > 0 ? coalesced : [event]).map((sample) => toPoint(sample, tool)),
    };
  };

  const on = (type: string, listener: (event: PointerEvent) => void) =>
    element.addEventListener(type, listener as EventListener, { signal });

  on('pointerdown', (event) => {
    // The primary button, or the eraser end of a pen; the others keep their menus.
    if (event.button !== 0 && event.button !== 5) return;
    rect = element.getBoundingClientRect();
    if (!writer.down(read(event))) return;
    try {
      element.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is already gone: a tap shorter than a frame. Its `pointerup` still comes.
    }
  });
  on('pointermove', (event) => {
    const input = read(event);
    writer.move(input);
    if (writer.writing) {
      predicted((event.getPredictedEvents?.() ?? []).map((sample) => toPoint(sample, input.tool)));
    }
  });
  on('pointerup', (event) => writer.up(read(event)));
  on('pointercancel', (event) => writer.cancel(event.pointerId));
  // After an `up` this finds nothing left to do; without one it saves the stroke.
  on('lostpointercapture', (event) => writer.cancel(event.pointerId));
  on('contextmenu', (event) => event.preventDefault());
  // Safari on tablets selects text, zooms or turns ink into typing unless the touch itself is refused.
  for (const type of ['touchstart', 'touchmove']) {
    element.addEventListener(type, (event) => event.preventDefault(), { signal, passive: false });
  }
  return () => listening.abort();
}
