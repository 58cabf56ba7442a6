/**
 * Negative log-likelihoods of a target under a distribution whose parameters the network gives: the heads of the
 * same names (`nn/ops/head.ts`) make them valid.
 */
import { digamma, logGamma } from './gamma.ts';
import { type Loss, sumOverValues, type Values } from './loss.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Normal; the output is [T][n means, n standard deviations][lanes]. */
export const gaussianLoss: Loss<Values> = (call) =>
  sumOverValues(call, 2, (data, wanted, mean, apart) => {
    const scale = data[mean + apart]!;
    const z = (wanted - data[mean]!) / scale;
    if (call.gradient) {
      call.gradient[mean] = -z / scale;
      call.gradient[mean + apart] = (1 - z * z) / scale;
    }
    return 0.5 * z * z + Math.log(scale) + HALF_LOG_TWO_PI;
  });

/** Student's t; the output is [T][n means, n scales, n degrees of freedom][lanes]. */
export const studentLoss: Loss<Values> = (call) =>
  sumOverValues(call, 3, (data, wanted, mean, apart) => {
    const scale = data[mean + apart]!;
    const freedom = data[mean + 2 * apart]!;
    const z = (wanted - data[mean]!) / scale;
    const squares = z * z;
    const stretch = Math.log1p(squares / freedom);
    if (call.gradient) {
      const pull = (freedom + 1) / (freedom + squares);
      call.gradient[mean] = (-pull * z) / scale;
      call.gradient[mean + apart] = (1 - pull * squares) / scale;
      call.gradient[mean + 2 * apart] =
        0.5 *
        (digamma(freedom / 2) -
          digamma((freedom + 1) / 2) +
          1 / freedom +
          stretch -
          (pull * squares) / freedom);
    }
    return (
      logGamma(freedom / 2) -
      logGamma((freedom + 1) / 2) +
      0.5 * Math.log(freedom * Math.PI) +
      Math.log(scale) +
      0.5 * (freedom + 1) * stretch
    );
  });
