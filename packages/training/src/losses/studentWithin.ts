/** How much of Student's t distribution lies about its middle: what intervals of a heavy-tailed likelihood cover. */
import { logGamma } from './gamma.ts';

const TINY = 1e-300;
const ENOUGH = 1e-14;
const MOST_TERMS = 10_000;

/**
 * P(|t| <= z) of Student's t, by the incomplete beta function: 1 - I(freedom / (freedom + z^2); freedom / 2, 1 / 2)
 * (Abramowitz and Stegun 26.7.1 and 26.5.27).
 * @param z distance from the mean, in scales, >= 0
 * @param freedom > 0
 */
export function studentWithin(z: number, freedom: number): number {
  const far = z * z;
  return 1 - incompleteBeta(freedom / (freedom + far), far / (freedom + far), freedom / 2, 0.5);
}

/** I(x; a, b). @param rest 1 - x, without the digits that the difference would lose */
function incompleteBeta(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // The fraction converges fast on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(rest, x, b, a);
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest);
  return (Math.exp(front) / a) * betaFraction(x, a, b);
}

/** The continued fraction of Abramowitz and Stegun 26.5.8, from its head on (Lentz 1976). */
function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      change = c * d;
      value *= change;
    }
    if (Math.abs(change - 1) < ENOUGH) break;
  }
  return value;
}
