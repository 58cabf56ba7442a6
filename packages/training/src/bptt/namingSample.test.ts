import { RivuletError } from '@rivulet/core';
import { expect, it } from 'vitest';
import { task } from '../fixtures/echoTask.ts';
import { meanRecipe } from '../fixtures/recipes.ts';
import { namingSample } from './namingSample.ts';

const refusal = new RivuletError('DATA_INVALID', 'Class 9 is none of 0 ... 3', { lane: 2, got: 9 });
const told = async (order: Int32Array | undefined, cause: unknown) => {
  const recipe = meanRecipe({ data: { train: 16, val: 8, steps: 12, delay: 2 } });
  const data = await task.prepare(recipe, '');
  return new Promise((resolve) => {
    try {
      namingSample(data, 'train', Int32Array.of(7, 5, 4, 11), order ? { order } : {}, () => {
        throw cause;
      });
    } catch (error) {
      resolve(error);
    }
  });
};

it('tells a lane by the sample that lies in it', async () => {
  expect(await told(undefined, refusal)).toMatchObject({
    code: 'DATA_INVALID',
    message: 'In training sample 4: Class 9 is none of 0 ... 3',
    details: { lane: 2, got: 9, split: 'train', sample: 4 },
  });
  expect(await told(Int32Array.of(2, 0, 3, 1), refusal)).toMatchObject({ details: { sample: 11 } });
});

it('leaves alone what names no lane of the batch', async () => {
  const beyond = new RivuletError('DATA_INVALID', 'lane 9', { lane: 9 });
  for (const cause of [new Error('other'), new RivuletError('INTERNAL', 'no lane'), beyond]) {
    expect(await told(undefined, cause)).toBe(cause);
  }
});
