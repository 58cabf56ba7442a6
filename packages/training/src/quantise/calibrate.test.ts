import { loadTrainKernels } from '@rivulet/kernels/train';
import { expect, it } from 'vitest';
import { meanRecipe, meanTask } from '../fixtures/recipes.ts';
import { initialise } from '../nn/initialise.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import type { TaskData } from '../task.ts';
import { openTask } from '../tasks/openTask.ts';
import { calibrate } from './calibrate.ts';

const recipe = meanRecipe();
const plan = planNetwork(recipe.network);
const weights = new Float32Array(plan.floats);
initialise(plan, weights, 3);
const open = async (change = {}): Promise<TaskData> => {
  const own = meanRecipe({ data: { train: 96, val: 24, maxLength: 9, ...change } });
  return (await openTask(meanTask)).prepare(own, '');
};

it('meets what products read of the training part, and none of the others', async () => {
  const data = await open();
  const asked: string[] = [];
  const watched: TaskData = {
    trainCount: data.trainCount,
    valCount: data.valCount,
    trainLength: (i) => data.trainLength(i),
    batch(split, indices, random) {
      asked.push(split);
      return data.batch(split, indices, random);
    },
    loss: () => ({ sum: 0, weight: 1 }),
    score: () => ({}),
    figures: () => ({ best: 0 }),
  };
  const kernels = await loadTrainKernels();
  const values = calibrate(kernels, recipe, watched, weights);
  expect([...values.keys()]).toEqual(['x', 'dropout2', 'second']);
  expect(new Set(asked)).toEqual(new Set(['train']));
  const steps = Array.from({ length: data.trainCount }, (_, i) => data.trainLength(i)).reduce(
    (a, b) => a + b,
  );
  expect(values.get('x')!.count).toBe(3 * steps);
  // An LSTM's outputs lie within 1; its inputs, drawn from a normal distribution, do not.
  expect(values.get('dropout2')!.most).toBeLessThan(1);
  expect(values.get('x')!.most).toBeGreaterThan(2);
  const again = calibrate(kernels, recipe, data, weights);
  expect([...again.get('second')!.bins()]).toEqual([...values.get('second')!.bins()]);
});

it('names the training sample that is no number', async () => {
  const data = await open({ nanInput: 5 });
  const failing = async () => calibrate(await loadTrainKernels(), recipe, data, weights);
  await expect(failing()).rejects.toMatchObject({
    code: 'DATA_INVALID',
    details: { tensor: 'x', got: 'NaN', sample: 'train 5' },
  });
});
