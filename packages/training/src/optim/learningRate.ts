/**
 * Linear warm-up to the peak; then half a cosine down to `floor` times the peak at the last step, or the peak, or
 * what validations have left of it.
 */
import type { OptimiserRecipe } from './optimiserSchema.ts';

/**
 * @param step from 0
 * @param lowered what a plateau has multiplied the peak with so far (`patience.ts`)
 */
export function learningRate(
  optimiser: OptimiserRecipe,
  step: number,
  totalSteps: number,
  lowered = 1,
): number {
  const { lr, warmup, schedule, floor } = optimiser;
  const risen = step < warmup ? (step + 1) / warmup : 1;
  if (schedule === 'plateau') return lr * Math.max(floor, lowered) * risen;
  if (step < warmup) return (lr * (step + 1)) / warmup;
  if (schedule === 'constant') return lr;
  const progress = Math.min(1, (step - warmup) / Math.max(1, totalSteps - warmup));
  return lr * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
