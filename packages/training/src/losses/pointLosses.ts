/** Losses of a forecast that is one number for each target: output and target are both [T][targets][lanes]. */
import { type Loss, sumOverValues, type Values } from './loss.ts';

/** Sum of (output - target)^2; at its least in the mean. */
export const squaredError: Loss<Values> = (call) =>
  sumOverValues(call, 1, (data, wanted, i) => {
    const error = data[i]! - wanted;
    if (call.gradient) call.gradient[i] = 2 * error;
    return error * error;
  });

/** Sum of |output - target|; at its least in the median. The slope at 0 is 0. */
export const absoluteError: Loss<Values> = (call) =>
  sumOverValues(call, 1, (data, wanted, i) => {
    const error = data[i]! - wanted;
    if (call.gradient) call.gradient[i] = Math.sign(error);
    return Math.abs(error);
  });
