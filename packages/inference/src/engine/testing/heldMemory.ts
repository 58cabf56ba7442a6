/** Loads, runs and disposes a model; prints after each what the collector could not take. Run with --expose-gc. */
import { type RivuletError, writeOnnx } from '@rivulet/core';
import { naiveNetwork } from '../../testing/naiveForecaster.ts';
import { createSession } from '../createSession.ts';

const { Instance } = WebAssembly;
let machine: WeakRef<object> | undefined;
let file: WeakRef<object> | undefined;
// A function called by `new` may return another object.
WebAssembly.Instance = function instantiate(module: WebAssembly.Module) {
  const instance = new Instance(module);
  machine = new WeakRef(instance.exports);
  return instance;
} as unknown as typeof Instance;

function open() {
  const bytes = writeOnnx(naiveNetwork());
  file = new WeakRef(bytes.buffer);
  return createSession(bytes, { engine: 'fused' });
}

async function held() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc!();
  }
  return { file: file?.deref() !== undefined, machine: machine?.deref() !== undefined };
}

const session = await open();
const feeds = Object.fromEntries(
  session.inputs.map(({ name, shape }) => {
    const features = Number(shape[2]);
    return [name, { data: new Float32Array(3 * features), shape: [3, 1, features] }];
  }),
);
await session.run(feeds);
const loaded = await held();
await session.run(feeds);
await session.dispose();
await session.dispose();
const disposed = await held();
const code = await session.run(feeds).catch((error: RivuletError) => error.code);
console.log(JSON.stringify({ loaded, disposed: { ...disposed, code } }));
