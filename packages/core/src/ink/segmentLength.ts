/** Length of one piece of a stroke: from the point before `p` to `p`. */
export function segmentLength(x: ArrayLike<number>, y: ArrayLike<number>, p: number): number {
  const dx = x[p]! - x[p - 1]!;
  const dy = y[p]! - y[p - 1]!;
  return Math.sqrt(dx * dx + dy * dy);
}
