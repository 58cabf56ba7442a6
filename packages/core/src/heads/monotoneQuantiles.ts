/**
 * Quantiles that cannot cross: the middle column is the median, every other column the gap to its neighbour
 * on the median's side, made positive by softplus. Training and inference read the network's columns by it.
 */

import { RivuletError } from '../errors.ts';

/**
 * @param raw [n, Q] row-major; column (Q - 1) >> 1 is the median, the others gaps before softplus
 * @param Q quantiles a row
 * @param out [n, Q]; may be `raw` itself
 * @returns `out`, ascending in every row, in the unit of the median column
 * @throws RivuletError MODEL_SHAPE when `raw` does not divide into rows of Q
 */
export function monotoneQuantiles(
  raw: Float32Array,
  Q: number,
  out: Float32Array = new Float32Array(raw.length),
): Float32Array {
  checkRows(raw, Q);
  const middle = (Q - 1) >> 1;
  for (let row = 0; row < raw.length; row += Q) {
    const median = raw[row + middle]!;
    out[row + middle] = median;
    let value = median;
    for (let q = row + middle + 1; q < row + Q; q++) out[q] = value += softplus(raw[q]!);
    value = median;
    for (let q = row + middle - 1; q >= row; q--) out[q] = value -= softplus(raw[q]!);
  }
  return out;
}

/**
 * The gradient of a loss with respect to `raw`, from the one with respect to the quantiles.
 * @param raw [n, Q] as it went into monotoneQuantiles
 * @param grad [n, Q] d loss / d quantile
 * @param out [n, Q]; may be `grad` itself, not `raw`
 * @returns `out`, d loss / d raw
 */
export function monotoneQuantilesGrad(
  raw: Float32Array,
  Q: number,
  grad: Float32Array,
  out: Float32Array = new Float32Array(raw.length),
): Float32Array {
  checkRows(raw, Q);
  if (grad.length !== raw.length) {
    throw new RivuletError('MODEL_SHAPE', `${raw.length} gradients expected, got ${grad.length}`, {
      expected: raw.length,
      got: grad.length,
    });
  }
  const middle = (Q - 1) >> 1;
  for (let row = 0; row < raw.length; row += Q) {
    const median = grad[row + middle]!;
    // A gap moves every quantile beyond it, so its gradient is the sum from the outer end inwards.
    let upper = 0;
    for (let q = row + Q - 1; q > row + middle; q--) {
      upper += grad[q]!;
      out[q] = upper * sigmoid(raw[q]!);
    }
    let lower = 0;
    for (let q = row; q < row + middle; q++) {
      lower += grad[q]!;
      out[q] = -lower * sigmoid(raw[q]!);
    }
    out[row + middle] = lower + median + upper;
  }
  return out;
}

function checkRows(raw: Float32Array, Q: number): void {
  if (!Number.isInteger(Q) || Q < 1 || raw.length % Q !== 0) {
    throw new RivuletError('MODEL_SHAPE', `${raw.length} numbers are no rows of ${Q} quantiles`, {
      expected: ['n', Q],
      got: raw.length,
    });
  }
}

/** log(1 + e^x); for large x it is x, before e^x overflows. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
