/** onnxruntime-web as its documents say to use it in a worker: one thread, the model's bytes, one call. */
import type * as Ort from 'onnxruntime-web/wasm';
import type { FirstCall } from './coldCases.ts';

/** @param bytes begun to be read before the module was asked for, which is the fastest that it can be */
export async function ortFirstCall(
  ort: typeof Ort,
  bytes: Promise<Uint8Array>,
  shape: FirstCall['shape'],
): Promise<void> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(await bytes, {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  });
  const [T, B, F] = shape;
  await session.run({ x: new ort.Tensor('float32', new Float32Array(T * B * F), [...shape]) });
}
