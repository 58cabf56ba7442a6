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

/** Coordinates further from zero are refused: squares and sums of them must stay finite, also in float32. */
const FARTHEST = 1e30;

/**
 * Refuses what no feature can be made of.
 * @throws INK_INVALID naming the stroke and the point: a coordinate that is not finite or further than 1e30 from
 *   zero; or the stroke alone: no x or no y, or of different lengths
 */
export function checkInk(ink: Ink): void {
  for (let s = 0; s < ink.length; s++) {
    const { x, y } = (ink[s] ?? {}) as Partial<Stroke>;
    if (typeof x?.length !== 'number' || typeof y?.length !== 'number') {
      throw new RivuletError('INK_INVALID', `Stroke ${s} is no { x, y } with the coordinates of its points`, {
        stroke: s,
        got: String(ink[s]),
      });
    }
    if (x.length !== y.length) {
      throw new RivuletError('INK_INVALID', `Stroke ${s} has ${x.length} x but ${y.length} y`, {
        stroke: s,
        x: x.length,
        y: y.length,
      });
    }
    for (let p = 0; p < x.length; p++) {
      // Not written with >, which NaN would pass.
      if (Math.abs(x[p]!) <= FARTHEST && Math.abs(y[p]!) <= FARTHEST) continue;
      throw new RivuletError(
        'INK_INVALID',
        `Point ${p} of stroke ${s} is not finite or too far out: (${x[p]}, ${y[p]})`,
        { stroke: s, point: p, x: x[p], y: y[p] },
      );
    }
  }
}
