/** Draws a class by its probability, made sharper or flatter by a temperature. */
import { RivuletError } from '../errors.ts';
import { shown } from '../shown.ts';

/**
 * softmax(logits / temperature), and the class at which its running sum passes `draw`.
 * @param logits [C]
 * @param temperature 1 = as learned, below 1 the likely becomes likelier, above 1 less so; 0 = the largest logit
 * @param draw in [0, 1)
 * @throws ARGUMENT for a temperature below 0 or a draw outside, MODEL_SHAPE without a class
 */
export function sampleClass(logits: ArrayLike<number>, temperature: number, draw: number): number {
  if (typeof temperature !== 'number' || !(temperature >= 0)) {
    throw new RivuletError('ARGUMENT', `a temperature is a number from 0, got ${shown(temperature)}`, {
      temperature,
    });
  }
  if (typeof draw !== 'number' || !(draw >= 0 && draw < 1)) {
    throw new RivuletError('ARGUMENT', `a draw is in [0, 1), got ${shown(draw)}`, { draw });
  }
  if (logits.length === 0) throw new RivuletError('MODEL_SHAPE', 'there is no class to draw', { classes: 0 });
  let best = 0;
  for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c;
  if (temperature === 0) return best;
  // The largest is taken out first, so that no power overflows and the sum is at least 1.
  const power = (c: number): number => Math.exp((logits[c]! - logits[best]!) / temperature);
  let left = 0;
  for (let c = 0; c < logits.length; c++) left += power(c);
  left *= draw;
  for (let c = 0; c < logits.length; c++) {
    left -= power(c);
    if (left < 0) return c;
  }
  // Rounding left a crumb behind the last class.
  return best;
}
