/** Whether every sample has the steps without which a layer of the network would say nothing of it. */
import { lineError } from '../data/readJsonLines.ts';
import { fewestSteps } from '../nn/fewestSteps.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import type { Recipe } from '../recipe.ts';
import type { TaskData } from '../task.ts';

/**
 * @param data whose lengths are what the network reads, not an estimate
 * @param vectors inputs of one step
 * @throws DATA_INVALID naming the first sample that is too short, and the layer
 * @throws RECIPE_INVALID as `fewestSteps`
 */
export function checkLongEnough({ network }: Recipe, data: TaskData, vectors: readonly string[] = []): void {
  const { steps: expected, layer } = fewestSteps(planNetwork(network), vectors);
  const check = (split: 'train' | 'val', i: number, got: number): void => {
    if (got >= expected) return;
    const name = data.sampleName?.(split, i) ?? `${split} ${i}`;
    throw lineError(name, `${got} steps, of which the layer ${layer} makes none: it needs ${expected}`, {
      ...{ split, layer, expected, got },
    });
  };
  for (let i = 0; i < data.trainCount; i++) check('train', i, data.trainLength(i));
  for (let i = 0; i < data.valCount; i++) check('val', i, data.valLength?.(i) ?? expected);
}
