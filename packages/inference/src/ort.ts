/**
 * The entry for pages that run any ONNX graph: as `@rivulet/inference`, and what our own engine does not cover
 * runs on onnxruntime-web, fetched when the first such model is loaded. Costs nothing until then but 14 MB among
 * the files of the build, which is why it is an entry of its own.
 */
import { webLocation } from './load/webLocation.ts';
import {
  forecasterLoader,
  modelLoader,
  type Platform,
  recognizerCreator,
  recognizerQuery,
} from './publicApi.ts';
import { ServiceClient } from './worker/client.ts';
import { workerConnection } from './worker/workerConnection.ts';

export * from './publicNames.ts';

const client = new ServiceClient(() =>
  workerConnection(new Worker(new URL('./worker/ortWorker.ts', import.meta.url), { type: 'module' })),
);

const platform: Platform = { client, resolve: webLocation };
export const loadModel = /* @__PURE__ */ modelLoader(platform);
export const loadForecaster = /* @__PURE__ */ forecasterLoader(platform);
export const createHandwritingRecognizer = /* @__PURE__ */ recognizerCreator(platform);
export const queryHandwritingRecognizer = /* @__PURE__ */ recognizerQuery(platform);
