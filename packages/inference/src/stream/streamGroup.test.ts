/** A group that nobody is in, and those who come later. */
import { writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { smallModel } from '../testing/smallModel.ts';

it('is stepped while nobody is in it, whether they have left or never came', async () => {
  await using model = await loadModel(writeOnnx(smallModel));
  const [never, left] = [model.createStreamGroup(0), model.createStreamGroup(2)];
  await left.leave(0);
  await left.leave(1);
  for (const group of [never, left]) {
    expect(await group.push({ data: new Float32Array(0), shape: [4, 0, 3] })).toEqual({
      data: new Float32Array(0),
      shape: [4, 0, 2],
    });
    expect(await group.pushEach([])).toEqual([]);
    expect([await group.join(), await group.join(), await group.join()]).toEqual([0, 1, 2]);
    expect((await group.push(new Float32Array(9))).shape).toEqual([1, 3, 2]);
  }
});
