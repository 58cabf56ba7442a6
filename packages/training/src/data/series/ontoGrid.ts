/** Puts readings with times onto a regular grid, so that a lag of one season is one season even across a gap. */

import { type Millis, RivuletError } from '@rivulet/core';

/** A century of minutes: beyond it one of the times is wrong. */
const MOST_STEPS = 6e7;

/**
 * @param times [n] ascending
 * @param values [n]
 * @param step of the grid; a reading goes to the nearest, the last of several stays
 * @returns grid of NaN where nothing was read, from the first to the last time
 * @throws DATA_INVALID for a time that is none, runs backwards, or lies a century off
 */
export function ontoGrid(times: readonly Millis[], values: ArrayLike<number>, step: Millis): Float64Array {
  const first = times[0];
  if (first === undefined) return new Float64Array(0);
  const slots = times.map((time) => Math.round((time - first) / step));
  const bad = slots.findIndex((slot, i) => !Number.isFinite(slot) || (i > 0 && slot < slots[i - 1]!));
  if (bad >= 0) {
    throw new RivuletError('DATA_INVALID', `row ${bad}: time ${times[bad]} is no time or runs backwards`, {
      row: bad,
      time: times[bad],
    });
  }
  const steps = slots.at(-1)! + 1;
  if (steps > MOST_STEPS) {
    throw new RivuletError(
      'DATA_INVALID',
      `${times.length} readings from ${first} to ${times.at(-1)} ms would take ${steps} steps of ${step} ms`,
      { readings: times.length, steps, step },
    );
  }
  const grid = new Float64Array(steps).fill(Number.NaN);
  for (let i = 0; i < slots.length; i++) if (Number.isFinite(values[i]!)) grid[slots[i]!] = values[i]!;
  return grid;
}

/** Mean of the observed of every `factor` steps, NaN where none was; an incomplete end is dropped. */
export function coarser(y: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(Math.floor(y.length / factor));
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    let count = 0;
    for (let t = i * factor; t < (i + 1) * factor; t++) {
      if (!Number.isFinite(y[t]!)) continue;
      sum += y[t]!;
      count++;
    }
    result[i] = count > 0 ? sum / count : Number.NaN;
  }
  return result;
}
