/** The entry for pages. Models live in one worker, which is started when first needed. */
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
  workerConnection(new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })),
);

const platform: Platform = { client, resolve: webLocation };
export const loadModel = /* @__PURE__ */ modelLoader(platform);
export const loadForecaster = /* @__PURE__ */ forecasterLoader(platform);
export const createHandwritingRecognizer = /* @__PURE__ */ recognizerCreator(platform);
export const queryHandwritingRecognizer = /* @__PURE__ */ recognizerQuery(platform);
