/** Real writers' words as they would arrive at the page: pointer events with coalesced samples. */
import type { Page } from '@playwright/test';

export interface WriteOptions {
  readonly pointerType?: 'pen' | 'touch' | 'mouse';
  /** The last stroke stays under the pen. */
  readonly keepDown?: boolean;
}

/** Writes strokes on the surface: each `pointermove` brings four coalesced samples, as a 240 Hz pen does. */
export async function write(page: Page, strokes: number[][], options: WriteOptions = {}): Promise<void> {
  await page.getByTestId('ink-surface').evaluate(
    (surface, { strokes, pointerType = 'pen', keepDown = false }) => {
      const { left, top } = surface.getBoundingClientRect();
      const event = (type: string, x: number, y: number, coalescedEvents: PointerEvent[] = []) =>
        new PointerEvent(type, {
          pointerId: 7,
          pointerType,
          isPrimary: true,
          bubbles: true,
          cancelable: true,
          clientX: left + x,
          clientY: top + y,
          pressure: type === 'pointerup' ? 0 : 0.5,
          button: type === 'pointermove' ? -1 : 0,
          buttons: type === 'pointerup' ? 0 : 1,
          coalescedEvents,
        });
      for (const [i, points] of strokes.entries()) {
        surface.dispatchEvent(event('pointerdown', points[0]!, points[1]!));
        for (let p = 2; p < points.length; p += 8) {
          const samples: PointerEvent[] = [];
          for (let q = p; q < Math.min(p + 8, points.length); q += 2) {
            samples.push(event('pointermove', points[q]!, points[q + 1]!));
          }
          const { clientX, clientY } = samples.at(-1)!;
          surface.dispatchEvent(event('pointermove', clientX - left, clientY - top, samples));
        }
        if (keepDown && i === strokes.length - 1) continue;
        surface.dispatchEvent(event('pointerup', points.at(-2)!, points.at(-1)!));
      }
    },
    { strokes, ...options },
  );
}

/** Edits from one text to the other (Levenshtein). */
export function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
