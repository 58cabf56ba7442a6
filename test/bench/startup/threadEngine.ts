/** The thread of freshThread.ts: one result by one engine, then a message. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { FirstCall } from './coldCases.ts';
import { ortFirstCall } from './ortFirstCall.ts';

const { engine, module, call } = workerData as Record<string, string>;
const { location, shape }: FirstCall = JSON.parse(call!);
if (engine === 'fused') {
  const { loadModel } = await import(module!);
  const model = await loadModel(location, { engine: 'fused' });
  const [T, B, F] = shape;
  await model.run({ x: { data: new Float32Array(T * B * F), shape } });
} else {
  const bytes = readFile(location);
  await ortFirstCall(await import(module!), bytes, shape);
}
parentPort!.postMessage('');
