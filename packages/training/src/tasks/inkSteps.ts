/** Whether a word of ink has the steps that CTC needs for its label, after layers that join steps. */
import { minimumSteps } from '../losses/ctcLoss.ts';
import type { Recipe } from '../recipe.ts';

/** Steps of the input that one step of the output stands for. */
export function joinedSteps({ layers }: Recipe['network']): number {
  return layers.reduce((all, layer) => all * (layer.op === 'join' ? layer.factor : 1), 1);
}

/** @param steps of the input */
export function fitsLabel(steps: number, label: string, joined: number): boolean {
  const codes = Array.from(label, (grapheme) => grapheme.codePointAt(0)!);
  return Math.ceil(steps / joined) >= minimumSteps(codes);
}
