/**
 * The one way from ink to what the network reads; training and use both come through here. A change of any
 * number below is a new INK_FEATURE_VERSION, because models are trained for one.
 */
import { normalise } from './normalise.ts';
import { resample } from './resample.ts';
import { smallStrokesAbove } from './smallStrokesAbove.ts';
import type { Ink } from './stroke.ts';

export const INK_FEATURE_VERSION = 'ink-1';

/**
 * Per step: dx, dy (in steps; at a pen jump asinh of the jump), whether the pen jumped, height above the
 * centre line (in deviations), sine and cosine of the turn, whether a small stroke (an i-dot, a t-bar) lies
 * above.
 */
export const INK_FEATURES = 7;

export interface InkFeatureOptions {
  /** Distance of two points, as a part of the unit height of `normalise`. */
  readonly step: number;
  /** Take the slant out first. Default true. */
  readonly deslant?: boolean | undefined;
}

export interface InkFeatures {
  /** [steps, features] row-major */
  readonly data: Float32Array;
  readonly steps: number;
  readonly features: number;
  /** [steps] stroke of the given ink each step lies on. */
  readonly strokeIndex: Int32Array;
  /** [steps] point of that stroke at or before the step. */
  readonly pointIndex: Int32Array;
}

/**
 * One word of ink as features. Ink without points has no steps.
 * @throws INK_INVALID for coordinates that are not finite or further out than 1e30
 */
export function inkFeatures(ink: Ink, { step, deslant }: InkFeatureOptions): InkFeatures {
  const path = resample(normalise(ink, { deslant }).ink, step);
  const { steps, x, y, strokeIndex, pointIndex } = path;
  const F = INK_FEATURES;
  const hats = smallStrokesAbove(path);
  const data = new Float32Array(steps * F);
  // unit vector of the step before, within the stroke
  let ux = 0;
  let uy = 0;
  for (let t = 0, at = 0; t < steps; t++, at += F) {
    const jump = t === 0 || strokeIndex[t] !== strokeIndex[t - 1];
    let sine = 0;
    let cosine = 1;
    const dx = t === 0 ? 0 : (x[t]! - x[t - 1]!) / step;
    const dy = t === 0 ? 0 : (y[t]! - y[t - 1]!) / step;
    if (jump) {
      // A jump may be a hundred steps long; asinh keeps its direction and its order of size.
      data[at] = Math.asinh(dx);
      data[at + 1] = Math.asinh(dy);
      ux = 0;
      uy = 0;
    } else {
      data[at] = dx;
      data[at + 1] = dy;
      const length = Math.sqrt(dx * dx + dy * dy);
      const vx = length > 0 ? dx / length : 0;
      const vy = length > 0 ? dy / length : 0;
      if (ux !== 0 || uy !== 0) {
        sine = ux * vy - uy * vx;
        cosine = ux * vx + uy * vy;
      }
      ux = vx;
      uy = vy;
    }
    data[at + 2] = jump ? 1 : 0;
    data[at + 3] = -3 * y[t]!;
    data[at + 4] = sine;
    data[at + 5] = cosine;
    data[at + 6] = hats[t]!;
  }
  return { data, steps, features: F, strokeIndex, pointIndex };
}
