/**
 * A range of activations that is fixed before the network runs, as ONNX's QuantizeLinear and DequantizeLinear hold it:
 * a value becomes the nearest level, ties to even, and what lies beyond the range its end.
 */

/** 7 bits are what the engine's `int8a7` has; a file has 8 or 16. */
export type RangeBits = 7 | 8 | 16;

export interface ActivationRange {
  readonly bits: RangeBits;
  /** From one level to the next, float32. */
  readonly scale: number;
  /** The level of 0, which is always one: padding and states that have not begun stay 0. */
  readonly zero: number;
  /** First and last level. */
  readonly least: number;
  readonly most: number;
}

/** By the name of the node, an input or a layer, that a product reads. */
export type ActivationRanges = ReadonlyMap<string, ActivationRange>;

/** What a node or a tensor is called once it is rounded; no recipe can give such a name. */
export const roundedName = (source: string): string => `${source}.rounded`;

/**
 * Levels over [low, high] and 0. In 8 bits they are spread from the one to the other, for values of one sign would
 * waste half of them; in 7 and 16 they stand around 0, as the integers of our engine do that have so many.
 */
export function rangeOver(
  low: number,
  high: number,
  bits: RangeBits,
  aroundZero = bits !== 8,
): ActivationRange {
  const [from, to] = [Math.min(low, 0), Math.max(high, 0)];
  const most = 2 ** (bits - 1) - 1;
  if (!aroundZero) {
    const scale = scaleOf((to - from) / (2 * most + 1));
    const zero = Math.min(most, Math.max(-most - 1, Math.round(-most - 1 - from / scale)));
    return { bits, scale, zero, least: -most - 1, most };
  }
  // A file's int16 has one level more below, and who reads it cuts off there.
  const least = bits === 16 ? -most - 1 : -most;
  return { bits, scale: scaleOf(Math.max(-from, to) / most), zero: 0, least, most };
}

/** What holds nothing but zeros takes any scale but 0. */
function scaleOf(step: number): number {
  return Math.fround(step > 1e-30 ? step : 1);
}

/** Added and taken away again it leaves the nearest whole number, ties to even. */
const WHOLE = 1.5 * 2 ** 52;

/** @returns what the level of a value stands for, before it becomes a float32; of NaN NaN */
export function roundTo({ scale, zero, least, most }: ActivationRange, value: number): number {
  const level = Math.fround(value / scale) + WHOLE - WHOLE;
  return Math.min(most - zero, Math.max(least - zero, level)) * scale;
}
