/**
 * Loads and disposes models again and again beside one that stays, as callers do and as they should not; prints the
 * bytes of WebAssembly's memories that are still alive, and those of the one that stayed. Run with --expose-gc.
 */
import { writeOnnx } from '@rivulet/core';
import { loadModel } from '../../node.ts';
import { naiveNetwork } from '../../testing/naiveForecaster.ts';
import { smallModel } from '../../testing/smallModel.ts';

const CYCLES = 200;

const { Instance } = WebAssembly;
const memories: WeakRef<WebAssembly.Memory>[] = [];
// A function called by `new` may return another object.
WebAssembly.Instance = function instantiate(module: WebAssembly.Module) {
  const instance = new Instance(module);
  if (instance.exports.memory) memories.push(new WeakRef(instance.exports.memory as WebAssembly.Memory));
  return instance;
} as unknown as typeof Instance;

/** Bytes of those that are alive. */
function alive(): number {
  return memories.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);
}

async function settled(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc!();
  }
  return alive();
}

const bytes = writeOnnx(smallModel);
const other = writeOnnx(naiveNetwork());
const feeds = { x: { data: new Float32Array(6), shape: [2, 1, 3] } };
const kept = await loadModel(bytes, { engine: 'fused' });
await kept.run(feeds);
const before = await settled();

for (let i = 0; i < CYCLES; i++) {
  const model = await loadModel(i % 2 ? bytes : other, { engine: 'fused' });
  if (i % 2) await model.run(feeds);
  else await model.run({}).catch(() => {});
  // Neither a stream nor a group that nobody ends keeps its model.
  if (i % 3 === 0)
    await model
      .createStream()
      .push(new Float32Array(3))
      .catch(() => {});
  if (i % 3 === 1)
    await model
      .createStreamGroup(4)
      .push({ data: new Float32Array(12), shape: [1, 4, 3] })
      .catch(() => {});
  await model.dispose();
  const controller = new AbortController();
  const aborted = loadModel(bytes, { engine: 'fused', signal: controller.signal });
  setTimeout(() => controller.abort(), 0);
  await aborted.then(
    (late) => late.dispose(),
    () => {},
  );
  await loadModel(bytes.subarray(0, bytes.length - 9), { engine: 'fused' }).catch(() => {});
}
const after = await settled();
await kept.run(feeds);
console.log(JSON.stringify({ made: memories.length, before, after }));
