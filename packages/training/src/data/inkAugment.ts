/**
 * Makes of one sample the hand of another day: turned, sheared, stretched, its letters unevenly wide and high, its
 * strokes set down a little off. Works on ink of unit height (`normalise`), so that all amounts are parts of
 * a word's height.
 */
import type { Ink } from '@rivulet/core';
import * as v from 'valibot';
import type { Random } from '../random.ts';
import { beginElsewhere } from './beginElsewhere.ts';

const amount = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0);

export const InkAugmentRecipe = v.strictObject({
  /** Deviation of the turn, radians. */
  rotation: amount,
  /** Deviation of dx per dy. */
  shear: amount,
  /** Deviation of the logarithm of width over height. */
  stretch: amount,
  /** Largest local change of width, as a part of it. */
  uneven: amount,
  /** Largest swing of the base line. */
  wave: amount,
  /** Largest local change of height, as a part of it. */
  swell: amount,
  /** Deviation of a stroke's place. */
  place: amount,
  /** Deviation of a point's place. */
  noise: amount,
  /** Largest change of the resampling step, as a part of it; it also stands for a change of size. */
  step: amount,
  /** Probability that a stroke that closes, as a 0 or an 8, begins at another of its points. */
  restart: amount,
  /** Probability that the pen is lifted once within a stroke, which so becomes two. */
  cut: amount,
  /** Probability that a stroke is drawn from its end to its beginning. */
  reverse: amount,
  /** Probability that the strokes come in another order. */
  reorder: amount,
});
export type InkAugment = v.InferOutput<typeof InkAugmentRecipe>;

/** Wavelengths along the line, in heights: from about two letters to a word. */
const SHORTEST = 1.2;
const LONGEST = 5;

export function augmentInk(ink: Ink, amounts: InkAugment, random: Random): Ink {
  const turn = bounded(random) * amounts.rotation;
  const shear = bounded(random) * amounts.shear;
  const stretch = Math.exp(bounded(random) * amounts.stretch);
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  // x is stretched first, then sheared, then both are turned
  const xx = cos * stretch;
  const xy = cos * shear - sin;
  const yx = sin * stretch;
  const yy = sin * shear + cos;

  const uneven = drawWave(random);
  // a * sin(k x) changes the local width by at most a * k
  const unevenSize = (random.next() * amounts.uneven) / uneven.k;
  const wave = drawWave(random);
  const waveSize = random.next() * amounts.wave;
  const swell = drawWave(random);
  const swellSize = random.next() * amounts.swell;

  return redrawn(ink, amounts, random).map(({ x, y }) => {
    const points = x.length;
    const out = { x: new Float32Array(points), y: new Float32Array(points) };
    const left = bounded(random) * amounts.place;
    const down = bounded(random) * amounts.place;
    for (let p = 0; p < points; p++) {
      const u = x[p]!;
      const w = u + unevenSize * Math.sin(uneven.k * u + uneven.phase);
      const h =
        y[p]! * (1 + swellSize * Math.sin(swell.k * u + swell.phase)) +
        waveSize * Math.sin(wave.k * u + wave.phase);
      out.x[p] = xx * w + xy * h + left;
      out.y[p] = yx * w + yy * h + down;
    }
    if (amounts.noise > 0) {
      for (let p = 0; p < points; p++) {
        out.x[p]! += bounded(random) * amounts.noise;
        out.y[p]! += bounded(random) * amounts.noise;
      }
    }
    return out;
  });
}

/** The same picture by a hand that goes another way. Its draws are its own: other amounts draw what they drew. */
function redrawn(ink: Ink, amounts: InkAugment, random: Random): Ink {
  const { reverse, reorder } = amounts;
  const begun = beginElsewhere(ink, amounts, random);
  if (reverse === 0 && reorder === 0) return begun;
  const own = random.derive('redrawn');
  const strokes = begun.map(({ x, y }) =>
    own.next() < reverse ? { x: Array.from(x).reverse(), y: Array.from(y).reverse() } : { x, y },
  );
  if (own.next() >= reorder) return strokes;
  return own.shuffle(strokes.map((_, i) => i)).map((i) => strokes[i]!);
}

/** The resampling step this sample is seen with. */
export function augmentStep(step: number, amounts: InkAugment, random: Random): number {
  return step * (1 + amounts.step * random.uniform(-1, 1));
}

function drawWave(random: Random): { k: number; phase: number } {
  const length = SHORTEST * (LONGEST / SHORTEST) ** random.next();
  return { k: (2 * Math.PI) / length, phase: 2 * Math.PI * random.next() };
}

/** Deviation 1, at most 3: the sum of three uniforms, cheaper than a normal and without its tails. */
function bounded(random: Random): number {
  return 2 * (random.next() + random.next() + random.next()) - 3;
}
