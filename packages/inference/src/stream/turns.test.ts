/** An abort at any of the moments in which a push ends: it is rejected and changed nothing, or it is done. */
import { writeOnnx } from '@rivulet/core';
import { afterAll, expect, it } from 'vitest';
import { loadModel } from '../node.ts';
import { smallModel } from '../testing/smallModel.ts';

const model = await loadModel(writeOnnx(smallModel));
afterAll(() => model.dispose());
const chunk = new Float32Array(3).fill(0.5);
/** More microtasks than a push takes. */
const MOMENTS = Array.from({ length: 60 }, (_, i) => i);

function abortedAfter(microtasks: number): AbortSignal {
  const controller = new AbortController();
  const wait = async (): Promise<void> => {
    for (let i = 0; i < microtasks; i++) await undefined;
    controller.abort();
  };
  void wait();
  return controller.signal;
}

const isDone = (push: Promise<unknown>): Promise<boolean> =>
  push.then(
    () => true,
    (error) => {
      expect(error).toMatchObject({ code: 'ABORTED' });
      return false;
    },
  );

it('a stream has gone on as often as its pushes were done', async () => {
  const stream = model.createStream();
  const ends = new Set<boolean>();
  let steps = 0;
  for (const moment of MOMENTS) {
    const done = await isDone(stream.push(chunk, { signal: abortedAfter(moment) }));
    ends.add(done);
    if (done) steps++;
    expect(await stream.steps(), `${moment} microtasks`).toBe(steps);
  }
  expect([...ends].sort()).toEqual([false, true]);
});

it('and a group', async () => {
  const group = model.createStreamGroup(1);
  const steps = async (): Promise<bigint> =>
    new DataView((await group.snapshot(0)).buffer).getBigUint64(40, true);
  let expected = 0n;
  for (const moment of MOMENTS) {
    if (await isDone(group.pushEach([chunk], { signal: abortedAfter(moment) }))) expected++;
    expect(await steps(), `${moment} microtasks`).toBe(expected);
  }
});

it('and an incremental run', async () => {
  const run = model.createIncrementalRun();
  let expected = 0;
  for (const moment of MOMENTS) {
    if (await isDone(run.push(chunk, { signal: abortedAfter(moment) }))) expected++;
  }
  expect((await run.push(chunk)).output.shape[0]).toBe(expected + 1);
  await run.dispose();
});
