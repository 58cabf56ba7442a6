/**
 * Drops points that lie closer to the last kept one than a given distance: slow pens leave hundreds of points where the
 * features will read ten. Ends stay.
 */
import type { Ink, Stroke } from '@rivulet/core';

/** Points closer than this part of the height are one: a fifth of the finest step in use. */
const THIN = 0.03;

/** @param ink of unit height */
export function thinInk(ink: Ink, distance = THIN): Ink {
  return ink.map((stroke) => thinStroke(stroke, distance * distance));
}

function thinStroke({ x, y }: Stroke, square: number): Stroke {
  const kept: number[] = [];
  let last = -1;
  for (let p = 0; p < x.length; p++) {
    if (last >= 0 && p < x.length - 1) {
      const dx = x[p]! - x[last]!;
      const dy = y[p]! - y[last]!;
      if (dx * dx + dy * dy < square) continue;
    }
    kept.push(p);
    last = p;
  }
  return { x: Float32Array.from(kept, (p) => x[p]!), y: Float32Array.from(kept, (p) => y[p]!) };
}
