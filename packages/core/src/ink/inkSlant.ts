/**
 * How far handwriting leans: the mean of dx over dy on everything drawn downward, weighted by dy. Shearing ink
 * by k (x += k y) adds exactly k to it, because a shear leaves dy and with it the choice of segments alone.
 */
import type { Ink } from './stroke.ts';

/**
 * @param reserve downward travel, in the ink's units, that is counted as upright: little ink says little about
 * its slant, and a lone "/" must not be stood up into an "l"
 * @returns dx per dy of downward movement; negative for writing that leans to the right (y grows downward)
 */
export function inkSlant(ink: Ink, reserve: number): number {
  let across = 0;
  let down = reserve;
  for (const { x, y } of ink) {
    for (let p = 1; p < x.length; p++) {
      const dy = y[p]! - y[p - 1]!;
      if (dy <= 0) continue;
      down += dy;
      across += x[p]! - x[p - 1]!;
    }
  }
  return down > 0 ? across / down : 0;
}
