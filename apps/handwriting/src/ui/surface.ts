/** Joins the surface's canvases, its pointer input and the notebook: what is drawn when, and which part shows. */
import { effect, type Signal, signal } from '@preact/signals';
import { theme } from '@rivulet/shell';
import { InkPainter } from '../canvas/inkPainter.ts';
import { boxOf, type InkPoint } from '../canvas/inkStroke.ts';
import { surfaceInput } from '../canvas/surfaceInput.ts';
import { clampTop, fitScale, RULE, type View } from '../canvas/view.ts';
import type { Notebook } from './notebook.ts';

export interface SurfaceElements {
  /** Carries the ruled lines and the size. */
  readonly paper: HTMLElement;
  readonly finished: HTMLCanvasElement;
  /** On top: it takes the pointers. */
  readonly live: HTMLCanvasElement;
}

export interface Surface {
  readonly canUp: Signal<boolean>;
  readonly canDown: Signal<boolean>;
  /** Moves the page by CSS pixels of the screen; positive shows what is lower. */
  scrollBy(dy: number): void;
  /** By most of what is visible. */
  scrollPage(direction: 1 | -1): void;
  dispose(): void;
}

/** Pixels of a line and of a page, for wheels that count in those. */
const WHEEL_UNITS = [1, 24, 600] as const;

export function openSurface({ paper, finished, live }: SurfaceElements, notebook: Notebook): Surface {
  const painter = new InkPainter(finished, live);
  const canUp = signal(false);
  const canDown = signal(false);
  let view: View = { scale: 1, top: 0 };
  let height = 0;
  let width = 0;
  let ahead: readonly InkPoint[] = [];
  let frame = 0;

  const redraw = () => {
    const strokes = notebook.strokes();
    painter.redraw(strokes, view, getComputedStyle(live).color);
    const growing = notebook.liveStroke();
    if (growing) painter.grow(growing);
    paper.style.setProperty('--rule', `${RULE * view.scale}px`);
    paper.style.setProperty('--rule-at', `${-view.top * view.scale}px`);
    canUp.value = view.top > 0;
    canDown.value = clampTop(Infinity, boxOf(strokes), height, view.scale) > view.top + 1;
  };
  const moveTo = (top: number) => {
    const next = clampTop(top, boxOf(notebook.strokes()), height, view.scale);
    if (next === view.top) return;
    view = { ...view, top: next };
    redraw();
  };
  /** Fits another page or another screen; writing in progress must not jump, so only then. */
  const fit = (toEnd: boolean) => {
    const box = boxOf(notebook.strokes());
    const scale = fitScale(box, width);
    const lastLine = box && box.bottom > height / scale ? box.bottom - (height / scale) * 0.6 : 0;
    view = { scale, top: clampTop(toEnd ? lastLine : view.top, box, height, scale) };
    redraw();
  };

  const drawLive = () => {
    frame = 0;
    const growing = notebook.liveStroke();
    if (growing) painter.grow(growing, ahead);
  };
  const stopListening = notebook.listen({
    grew() {
      frame ||= requestAnimationFrame(drawLive);
    },
    settled(stroke) {
      ahead = [];
      painter.settle(stroke);
      canDown.value = clampTop(Infinity, boxOf(notebook.strokes()), height, view.scale) > view.top + 1;
    },
    changed() {
      ahead = [];
      painter.forget();
      redraw();
    },
    opened() {
      painter.forget();
      view = { scale: 1, top: 0 };
      fit(true);
    },
    panned: (dy) => moveTo(view.top - dy / view.scale),
  });
  const stopInput = surfaceInput({
    element: live,
    writer: notebook.pen,
    view: () => view,
    erasing: () => notebook.eraser.value,
    predicted: (points) => (ahead = points),
  });

  const sized = new ResizeObserver(([entry]) => {
    const first = height === 0;
    width = entry!.contentRect.width;
    height = entry!.contentRect.height;
    painter.resize(width, height, devicePixelRatio);
    fit(first);
  });
  sized.observe(paper);
  const stopTheme = effect(() => {
    if (theme.value && height > 0) redraw();
  });
  const wheel = (event: WheelEvent) => {
    // With Ctrl it is the browser's zoom.
    if (event.ctrlKey) return;
    event.preventDefault();
    moveTo(view.top + (event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1)) / view.scale);
  };
  paper.addEventListener('wheel', wheel, { passive: false });

  return {
    canUp,
    canDown,
    scrollBy: (dy) => moveTo(view.top + dy / view.scale),
    scrollPage: (direction) => moveTo(view.top + (direction * height * 0.7) / view.scale),
    dispose() {
      stopListening();
      stopInput();
      stopTheme();
      sized.disconnect();
      cancelAnimationFrame(frame);
      paper.removeEventListener('wheel', wheel);
    },
  };
}
