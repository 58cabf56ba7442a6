/** The engine bench inside a worker, where the engine lives on the web: sessions as the worker's host opens them. */
import * as ort from 'onnxruntime-web/wasm';
import { createSession } from '../../../packages/inference/src/engine/createSession.ts';
import { measureEngine } from '../engine/measure.ts';

measureEngine('Chromium worker', createSession, ort).then(
  (times) => postMessage({ times }),
  (error) => postMessage({ failure: String(error) }),
);
