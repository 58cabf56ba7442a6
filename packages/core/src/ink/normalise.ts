/**
 * Brings a word to one slant, one height and one place, so that the network need not learn them: a shear
 * stands the downstrokes up, three deviations of y (weighted by arc length) become 1, the ink's centre line
 * becomes y = 0 and its left edge x = 0.
 *
 * Three deviations are about the height of a word with ascenders. Unlike the bounding box they do not jump when one
 * flourish leaves the line.
 */
import { type InkMeasure, inkMeasure } from './inkMeasure.ts';
import { inkSlant } from './inkSlant.ts';
import { checkInk, type Ink } from './stroke.ts';

export interface NormaliseOptions {
  /** Take the slant out. Default true. */
  readonly deslant?: boolean | undefined;
}

export interface NormalisedInk {
  /** Same strokes and points as the original, unit height. */
  readonly ink: readonly { readonly x: Float32Array; readonly y: Float32Array }[];
  /** Length in the original's units that became 1. */
  readonly unit: number;
  /** dx per dy that was taken out. */
  readonly slant: number;
}

/** Heights of downward travel that count as upright: a short word keeps two fifths of its slant, a long one a tenth. */
const UPRIGHT_RESERVE = 2;
/** Beyond this (63 degrees) it is drawing, not slant. */
const MAX_SLANT = 2;

/**
 * Invariant to translation and scale; to slant up to what UPRIGHT_RESERVE holds back.
 * @throws INK_INVALID
 */
export function normalise(ink: Ink, { deslant = true }: NormaliseOptions = {}): NormalisedInk {
  checkInk(ink);
  let slant = 0;
  if (deslant) {
    const slanted = inkSlant(ink, UPRIGHT_RESERVE * heightUnit(inkMeasure(ink)));
    slant = Math.max(-MAX_SLANT, Math.min(MAX_SLANT, slanted));
  }
  const upright = slant === 0 ? ink : shear(ink, -slant);
  const measure = inkMeasure(upright);
  const unit = heightUnit(measure);
  const scale = 1 / unit;
  return {
    unit,
    slant,
    ink: upright.map(({ x, y }) => {
      const points = x.length;
      const out = { x: new Float32Array(points), y: new Float32Array(points) };
      for (let p = 0; p < points; p++) {
        out.x[p] = (x[p]! - measure.left) * scale;
        out.y[p] = (y[p]! - measure.centreY) * scale;
      }
      return out;
    }),
  };
}

/** Three deviations of y; a dash, whose y hardly deviates, is measured by its width; a dot gives 1. */
function heightUnit({ arc, left, right, deviationY }: InkMeasure): number {
  // Writing covers each width about 3 to 5 times, a straight dash once: for it alone this term is positive.
  const straight = right - left - arc / 2;
  const unit = Math.max(3 * deviationY, straight);
  return unit > 1e-9 * Math.max(1, Math.abs(left), Math.abs(right)) ? unit : 1;
}

function shear(ink: Ink, k: number): Ink {
  const origin = ink.find(({ y }) => y.length > 0)?.y[0] ?? 0;
  return ink.map(({ x, y }) => {
    const out = new Float64Array(x.length);
    for (let p = 0; p < out.length; p++) out[p] = x[p]! + k * (y[p]! - origin);
    return { x: out, y };
  });
}
