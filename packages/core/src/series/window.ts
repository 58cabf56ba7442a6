/**
 * Where forecasts start. Training, validation and the evaluations all cut a series at such origins; with this
 * one function none of them lets a target reach into a part that belongs to another.
 */

import { RivuletError } from '../errors.ts';

export interface WindowOptions {
  /** Readings that must lie before an origin. */
  readonly context: number;
  /** Steps that are forecast: y[origin, origin + horizon). */
  readonly horizon: number;
  /** Steps between two origins. Default: the horizon, so that targets do not overlap. */
  readonly stride?: number;
  /** The targets lie within [from, to). Defaults: the whole series. */
  readonly from?: number;
  readonly to?: number;
}

/** @returns the origins, ascending: the index of the first target of each window in a series of `length`. */
export function window(length: number, options: WindowOptions): number[] {
  const { context, horizon } = options;
  const stride = options.stride ?? horizon;
  const from = Math.max(options.from ?? 0, context);
  const to = Math.min(options.to ?? length, length);
  for (const [name, value] of Object.entries({ horizon, stride })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RivuletError('ARGUMENT', `${name} must be a whole number of at least 1, got ${value}`, {
        [name]: value,
      });
    }
  }
  const origins: number[] = [];
  for (let origin = from; origin + horizon <= to; origin += stride) origins.push(origin);
  return origins;
}
