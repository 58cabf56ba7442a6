/**
 * log of the gamma function and its derivative for x > 0, by Stirling's series (Abramowitz and Stegun 6.1.41 and
 * 6.3.18) at arguments that the recurrence has raised to 8 and more, where its terms fall below 1e-14.
 */

const RAISED = 8;

/** log of gamma(x), x > 0. */
export function logGamma(x: number): number {
  let product = 1;
  for (; x < RAISED; x++) product *= x;
  const r = 1 / (x * x);
  const series =
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/** d log gamma(x) / dx, x > 0. */
export function digamma(x: number): number {
  let sum = 0;
  for (; x < RAISED; x++) sum -= 1 / x;
  const r = 1 / (x * x);
  const series =
    r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - (r * 691) / 32760)))));
  return sum + Math.log(x) - 0.5 / x - series;
}
