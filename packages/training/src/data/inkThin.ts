/**
 * Drops points that lie closer to the last kept one than a given distance: slow pens leave hundreds of points where the
 * features will read ten. Ends stay.
 */
import type { Ink, Stroke } from '@rivulet/core';

export function thinInk(ink: Ink, distance: number): Ink {
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
