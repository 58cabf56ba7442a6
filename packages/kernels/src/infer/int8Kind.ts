/** How products of int8 weights are made: one way a machine, by its binary, its processor and the bits of activations. */
import { hasFastDot } from './hasFastDot.ts';
import type { Variant } from './variant.ts';

/** Of matrix.as.ts. */
export interface Int8Kind {
  readonly kind: number;
  /** Activation levels on each side of zero. */
  readonly levels: number;
}

const SEVEN_BIT_LEVELS = 63;

/** Whether activations are rounded to 7 bits, which every binary does alike. */
export const isSevenBit = ({ levels }: Int8Kind): boolean => levels === SEVEN_BIT_LEVELS;

const SIXTEEN = 1;
const TWICE = 2;
const SEVEN = 3;
const SEVEN_FAST = 4;

/**
 * Activations of 7 bits give the same sums in all ways; of more bits, plain SIMD's 16 are exact on every processor and
 * the two halves of relaxed SIMD's 14 faster where a dot product of bytes is one instruction.
 * @param wanted what the caller asked for
 * @param variant the binary that this is
 */
export function int8KindOf(wanted: Variant | 'auto', variant: Variant, sevenBit: boolean): Int8Kind {
  const relaxed = variant === 'relaxed';
  if (sevenBit)
    return { kind: relaxed ? (hasFastDot() ? SEVEN_FAST : SEVEN) : SIXTEEN, levels: SEVEN_BIT_LEVELS };
  const twice = relaxed && (wanted === 'relaxed' || hasFastDot());
  return twice ? { kind: TWICE, levels: 8191 } : { kind: SIXTEEN, levels: 32767 };
}
