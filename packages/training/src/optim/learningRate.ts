/** Linear warm-up to the peak, then half a cosine down to `floor` times the peak at the last step. */
import type { Recipe } from '../recipe.ts';

/** @param step from 0 */
export function learningRate(optimiser: Recipe['optimiser'], step: number, totalSteps: number): number {
  const { lr, warmup, schedule, floor } = optimiser;
  if (step < warmup) return (lr * (step + 1)) / warmup;
  if (schedule === 'constant') return lr;
  const progress = Math.min(1, (step - warmup) / Math.max(1, totalSteps - warmup));
  return lr * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
