/** Whether a word of ink has the steps that CTC needs for its label. */
import { minimumSteps } from '../losses/ctcLoss.ts';

/** Output steps without which no path of classes spells the label. */
export function stepsForLabel(label: string): number {
  return minimumSteps(Array.from(label, (grapheme) => grapheme.codePointAt(0)!));
}
