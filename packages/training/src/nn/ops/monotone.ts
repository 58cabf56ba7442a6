/**
 * Quantiles in order, out of any numbers: from the middle one outwards, each is the one before plus (above) or
 * minus (below) the softplus of its own number. Rows are [..., levels][lanes].
 */

export function monotone(x: Float32Array, y: Float32Array, levels: number, lanes: number): void {
  const middle = Math.floor(levels / 2);
  for (let row = 0; row < x.length; row += levels * lanes) {
    for (let lane = row; lane < row + lanes; lane++) {
      const centre = x[lane + middle * lanes]!;
      y[lane + middle * lanes] = centre;
      let at = centre;
      for (let q = middle + 1; q < levels; q++) y[lane + q * lanes] = at += softplus(x[lane + q * lanes]!);
      at = centre;
      for (let q = middle - 1; q >= 0; q--) y[lane + q * lanes] = at -= softplus(x[lane + q * lanes]!);
    }
  }
}

/** dx += what dy asks: a number moves its own quantile and all that lie further out. */
export function monotoneBackward(
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  levels: number,
  lanes: number,
): void {
  const middle = Math.floor(levels / 2);
  for (let row = 0; row < x.length; row += levels * lanes) {
    for (let lane = row; lane < row + lanes; lane++) {
      let above = 0;
      for (let q = levels - 1; q > middle; q--) {
        const i = lane + q * lanes;
        dx[i]! += (above += dy[i]!) * sigmoid(x[i]!);
      }
      let below = 0;
      for (let q = 0; q < middle; q++) {
        const i = lane + q * lanes;
        dx[i]! -= (below += dy[i]!) * sigmoid(x[i]!);
      }
      dx[lane + middle * lanes]! += above + below + dy[lane + middle * lanes]!;
    }
  }
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
