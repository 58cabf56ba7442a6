/**
 * Brings every sensor to one size, so that one network serves degrees, kilowatts and parts per million: subtract
 * the recent level, divide by the deviation. The level is that of the last segment because a forecast starts
 * from where the sensor is now; the deviation is that of the whole window because the last hour of a sensor
 * may be flat.
 */

export interface Scale {
  /** Subtracted; in units of y. */
  readonly loc: number;
  /** Divided by; in units of y. 0 for a window whose readings are all equal. */
  readonly scale: number;
}

/** Below this share of the magnitude a deviation is rounding noise: the sensor is constant. */
const CONSTANT = 1e-9;

/**
 * @param values [n] imputed readings
 * @param observed [n] 1 where really read; only those count
 * @param recent how many of the last observed readings make the level
 * Nothing observed gives { 0, 0 }.
 */
export function scale(values: ArrayLike<number>, observed: ArrayLike<number>, recent: number): Scale {
  let count = 0;
  let sum = 0;
  let largest = 0;
  for (let t = 0; t < values.length; t++) {
    if (!observed[t]) continue;
    count++;
    sum += values[t]!;
    largest = Math.max(largest, Math.abs(values[t]!));
  }
  if (count === 0) return { loc: 0, scale: 0 };
  const mean = sum / count;
  let squares = 0;
  for (let t = 0; t < values.length; t++) if (observed[t]) squares += (values[t]! - mean) ** 2;
  const deviation = Math.sqrt(squares / count);

  let taken = 0;
  let level = 0;
  for (let t = values.length - 1; t >= 0 && taken < recent; t--) {
    if (!observed[t]) continue;
    level += values[t]!;
    taken++;
  }
  return { loc: level / taken, scale: deviation > CONSTANT * largest ? deviation : 0 };
}
