/** Real writers' words as they would arrive at the page: pointer events with coalesced samples. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

export interface RealWord {
  readonly label: string;
  /** x and y of each stroke's points, in words of about one unit's height, y downward, from 0. */
  readonly strokes: readonly { readonly x: number[]; readonly y: number[] }[];
  readonly aspect: number;
}

interface FixtureWord {
  readonly label: string;
  /** x0, y0, dx, dy, dx, dy, ... in device units, y upward. */
  readonly strokes: readonly (readonly number[])[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/unipen-words.json', import.meta.url), 'utf8'),
);

/** Every word of the fixture: a few hundred, of writers no model was trained on. */
export const realWords: readonly RealWord[] = (fixture.words as FixtureWord[]).map(({ label, strokes }) => {
  const absolute = strokes.map((steps) => {
    const x = [steps[0]!];
    const y = [-steps[1]!];
    for (let i = 2; i < steps.length; i += 2) {
      x.push(x.at(-1)! + steps[i]!);
      y.push(y.at(-1)! - steps[i + 1]!);
    }
    return { x, y };
  });
  const xs = absolute.flatMap(({ x }) => x);
  const ys = absolute.flatMap(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const height = Math.max(1, Math.max(...ys) - top);
  return {
    label,
    strokes: absolute.map(({ x, y }) => ({
      x: x.map((value) => (value - left) / height),
      y: y.map((value) => (value - top) / height),
    })),
    aspect: (Math.max(...xs) - left) / height,
  };
});

export interface Place {
  /** CSS pixels from the surface's corner. */
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** A word as strokes of points on the surface: [x, y, x, y, ...] in CSS pixels. */
export function placed(word: RealWord, { left, top, height }: Place): number[][] {
  return word.strokes.map(({ x, y }) =>
    x.flatMap((value, i) => [left + value * height, top + y[i]! * height]),
  );
}

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
