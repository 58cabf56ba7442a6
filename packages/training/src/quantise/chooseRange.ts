/**
 * How a range is chosen from the values that calibration met, by the ways that the field has (onnxruntime's and
 * TensorRT's calibrators): all of them; all but the outermost; the range of least mean squared error, rounding within and
 * cutting off beyond weighed against each other; or the one that loses the least information (`rangeDivergence.ts`).
 */
import { type ActivationRange, type RangeBits, rangeOver, roundTo } from './activationRange.ts';
import { type Bins, rangeDivergence } from './rangeDivergence.ts';
import type { ValueHistogram } from './valueHistogram.ts';

export const RANGE_METHODS = ['minmax', 'percentile', 'mse', 'kl'] as const;
export type RangeMethod = (typeof RANGE_METHODS)[number];

/** The same for each of them. */
export function byMethod<T>(of: (method: RangeMethod) => T): Record<RangeMethod, T> {
  return Object.fromEntries(RANGE_METHODS.map((method) => [method, of(method)])) as Record<RangeMethod, T>;
}

/** What the activations of an int8 file are rounded to. */
export interface RangeChoice {
  readonly method: RangeMethod;
  readonly bits: 8 | 16;
}

/** Share of the values that `percentile` leaves beyond each end: 99.99 % are within. */
const BEYOND = 5e-5;

/** `mse` and `kl` try so many ends on each side, evenly from none of the way to the outermost value to all of it. */
const ENDS = 40;

/** @param bits of the levels between which values are rounded, and beyond which they are cut off */
export function chooseRange(values: ValueHistogram, method: RangeMethod, bits: RangeBits): ActivationRange {
  if (method === 'minmax') return rangeOver(values.least, values.most, bits);
  const bins = [...values.bins()];
  if (method === 'percentile') {
    const wanted = BEYOND * values.count;
    return rangeOver(endOf(bins, wanted), endOf(bins.reverse(), wanted), bits);
  }
  return leastOf(values, bins, bits, method === 'mse' ? squaredError : rangeDivergence);
}

/** Where so many values have been passed. */
function endOf(bins: Bins, wanted: number): number {
  let passed = 0;
  for (const [mean, count] of bins) {
    passed += count;
    if (passed > wanted) return mean;
  }
  return 0;
}

/** @param costOf what a range loses; beyond `enough` nobody asks how much more it is */
function leastOf(
  { least, most }: ValueHistogram,
  bins: Bins,
  bits: RangeBits,
  costOf: (range: ActivationRange, bins: Bins, enough?: number) => number,
): ActivationRange {
  // Around 0 the shorter side decides nothing.
  const [lows, highs] = bits === 8 ? [ends(least), ends(most)] : [[0], ends(Math.max(-least, most))];
  let best = rangeOver(least, most, bits);
  let smallest = costOf(best, bins);
  for (const low of lows) {
    for (const high of highs) {
      const range = rangeOver(low, high, bits);
      const cost = costOf(range, bins, smallest);
      if (cost < smallest) [best, smallest] = [range, cost];
    }
  }
  return best;
}

const ends = (outermost: number): number[] =>
  outermost === 0 ? [0] : Array.from({ length: ENDS }, (_, i) => (outermost * (i + 1)) / ENDS);

function squaredError(range: ActivationRange, bins: Bins, enough = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (let i = 0; i < bins.length && sum < enough; i++) {
    const [mean, count] = bins[i]!;
    sum += count * (mean - roundTo(range, mean)) ** 2;
  }
  return sum;
}
