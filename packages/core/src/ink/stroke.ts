/**
 * Ink as everything behind the canvas sees it. y grows downward, as on a screen; units are free, because
 * `normalise` brings every word to the same height.
 */
import { RivuletError } from '../errors.ts';

/** The samples of one pen-down movement, in writing order. */
export interface Stroke {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Milliseconds from any origin. */
  readonly t?: ArrayLike<number>;
}

/** Strokes in writing order. */
export type Ink = readonly Stroke[];

/**
 * Refuses what no feature can be made of.
 * @throws INK_INVALID naming the stroke and the point: a coordinate that is not finite, or x and y of
 * different lengths
 */
export function checkInk(ink: Ink): void {
  for (let s = 0; s < ink.length; s++) {
    const { x, y } = ink[s]!;
    if (x.length !== y.length) {
      throw new RivuletError('INK_INVALID', `Stroke ${s} has ${x.length} x but ${y.length} y`, {
        stroke: s,
        x: x.length,
        y: y.length,
      });
    }
    for (let p = 0; p < x.length; p++) {
      // The difference of two finite numbers is finite, and anything else gives NaN here.
      if (x[p]! - x[p]! === 0 && y[p]! - y[p]! === 0) continue;
      throw new RivuletError('INK_INVALID', `Point ${p} of stroke ${s} is not finite: (${x[p]}, ${y[p]})`, {
        stroke: s,
        point: p,
        x: x[p],
        y: y[p],
      });
    }
  }
}
