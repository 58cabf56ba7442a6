/** Any quantile from the few a network gives: the 80 % and 95 % bands from nine levels 0.1 ... 0.9. */

import { RivuletError } from '../errors.ts';
import { normalQuantile } from '../series/normalQuantile.ts';

/**
 * Straight lines over z = normalQuantile(p), so a normal distribution comes out exactly. Beyond the outermost
 * levels the tail of a normal goes on whose scale is the distance from the middle level to the outermost one
 * (not the last gap: that one is a difference of two close estimates and makes far tails jump). A skewed
 * forecast keeps a different scale on each side; a fatter tail than the normal's is not seen by this.
 * @param levels [Q] ascending in (0, 1)
 * @param values [Q] ascending quantiles, any unit
 * @param p in (0, 1)
 * @returns the quantile at p, in the unit of `values`
 * @throws RivuletError ARGUMENT when lengths differ, there is no level, or p lies outside (0, 1)
 */
export function interpolateQuantiles(
  levels: ArrayLike<number>,
  values: ArrayLike<number>,
  p: number,
): number {
  const Q = levels.length;
  if (Q === 0 || values.length !== Q) {
    throw new RivuletError('ARGUMENT', `${Q} levels need as many values, got ${values.length}`, {
      levels: Array.from(levels),
      got: values.length,
    });
  }
  const z = normalQuantile(p);
  if (Q === 1) return values[0]!;
  const last = Q - 1;
  const middle = last >> 1;
  if (p <= levels[0]!) return onLine(levels, values, 0, middle === 0 ? 1 : middle, z);
  if (p >= levels[last]!) return onLine(levels, values, last, middle, z);
  let above = 1;
  while (levels[above]! < p) above++;
  if (levels[above] === p) return values[above]!;
  return onLine(levels, values, above - 1, above, z);
}

/** The line through points a and b of (normalQuantile(level), value), at z; exact at a. */
function onLine(
  levels: ArrayLike<number>,
  values: ArrayLike<number>,
  a: number,
  b: number,
  z: number,
): number {
  const from = normalQuantile(levels[a]!);
  const to = normalQuantile(levels[b]!);
  return values[a]! + ((values[b]! - values[a]!) * (z - from)) / (to - from);
}
