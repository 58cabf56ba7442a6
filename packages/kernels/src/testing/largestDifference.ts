/** Of two lists, absolute; infinite for unequal lengths, NaN where either side has one. */
export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = got.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!);
    // Not Math.max: NaN must win.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
