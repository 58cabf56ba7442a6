/** Runs an operator case on both engines of Node. */
import { writeOnnx } from '@rivulet/core';
import { loadModel } from '@rivulet/inference/node';
import { expect } from 'vitest';
import { expectSame } from './expectSame.ts';
import { type Case, feedsOf, modelOf } from './operatorCase.ts';

/** Both engines give the same; ours twice, so that a run leaves nothing behind. */
export async function compare(kase: Case): Promise<void> {
  const bytes = writeOnnx(modelOf(kase));
  const fused = await loadModel(bytes, { engine: 'fused' });
  const ort = await loadModel(bytes, { engine: 'ort' });
  expect([fused.engine, ort.engine]).toEqual(['fused', 'ort']);
  const feeds = feedsOf(kase);
  const expected = await ort.run(feeds);
  for (let run = 0; run < 2; run++) {
    expectSame(await fused.run(feeds), expected, kase.tolerance ?? 1e-5);
  }
  await Promise.all([fused.dispose(), ort.dispose()]);
}
