/**
 * How much of what a tensor says a range loses: the Kullback-Leibler divergence from its values, those beyond the range
 * put at its ends, to the same after rounding (S. Migacz: 8-bit inference with TensorRT, GTC 2017). What rounds to one
 * level can no longer be told apart, so that its bins share its values evenly; what was put at an end is there in the
 * first distribution alone, which is what cutting off costs.
 */
import type { ActivationRange } from './activationRange.ts';

/** Of a histogram, from the lowest on, none empty. */
export type Bins = readonly (readonly [mean: number, count: number])[];

/** @returns nats; infinite for a range that holds no bin */
export function rangeDivergence({ scale, zero, least, most }: ActivationRange, bins: Bins): number {
  const [low, high] = [(least - zero - 0.5) * scale, (most - zero + 0.5) * scale];
  const first = bins.findIndex(([mean]) => mean >= low);
  const last = bins.findLastIndex(([mean]) => mean <= high);
  if (first < 0 || last < first) return Number.POSITIVE_INFINITY;
  // Of each level: its values, and in how many bins they are.
  const values = new Float64Array(most - least + 1);
  const shares = new Float64Array(most - least + 1);
  const levels = new Int32Array(last + 1);
  let [below, within, above] = [0, 0, 0];
  for (let i = 0; i < bins.length; i++) {
    const [mean, count] = bins[i]!;
    if (i < first) below += count;
    else if (i > last) above += count;
    else {
      const level = Math.min(most, Math.max(least, Math.round(mean / scale) + zero)) - least;
      levels[i] = level;
      values[level]! += count;
      shares[level]! += 1;
      within += count;
    }
  }
  const all = below + within + above;
  let divergence = 0;
  for (let i = first; i <= last; i++) {
    const put = (i === first ? below : 0) + (i === last ? above : 0);
    const before = (bins[i]![1] + put) / all;
    const after = values[levels[i]!]! / shares[levels[i]!]! / within;
    divergence += before * Math.log(before / after);
  }
  return divergence;
}
