/** The thread of freshThread.ts: one result by one engine, then a message that says when its first line ran. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FirstCall } from './coldCases.ts';
import { ortFirstCall } from './ortFirstCall.ts';

// The same clock in all threads, and not `performance`, which a thread takes 2 ms to load.
const firstLine = process.hrtime.bigint();
const { engine, module, call } = workerData as Record<string, string>;
const { location, shape }: FirstCall = JSON.parse(call!);
if (engine === 'fused') {
  const { loadModel } = await import(module!);
  const model = await loadModel(location, { engine: 'fused' });
  const [T, B, F] = shape;
  await model.run({ x: { data: new Float32Array(T * B * F), shape } });
} else {
  const bytes = process.getBuiltinModule('node:fs/promises').readFile(location);
  await ortFirstCall(await import(module!), bytes, shape);
}
parentPort!.postMessage(firstLine);
