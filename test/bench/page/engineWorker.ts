/** The engine bench inside a worker, where the engine lives on the web: sessions as the worker's host opens them. */
import * as ort from 'onnxruntime-web/wasm';
import {
  type CreateSessionOptions,
  createSession,
} from '../../../packages/inference/src/engine/createSession.ts';
import { measureEngine } from '../engine/measure.ts';

/** As the worker's host runs the calls that come by ring. */
async function open(bytes: Uint8Array, options: CreateSessionOptions) {
  const session = await createSession(bytes, options);
  const run: typeof session.run = (feeds) => Promise.resolve(session.runNow!(feeds));
  return { run, dispose: () => session.dispose() };
}

measureEngine('Chromium worker', open, ort).then(
  (times) => postMessage({ times }),
  (error) => postMessage({ failure: String(error) }),
);
