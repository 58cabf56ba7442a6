/** The entry for pages. Models live in one worker, which is started when first needed. */
import { webLocation } from './load/webLocation.ts';
import { type PublicApi, publicApi } from './publicApi.ts';
import { ServiceClient } from './worker/client.ts';
import { workerConnection } from './worker/workerConnection.ts';

export * from './publicNames.ts';

const client = new ServiceClient(() =>
  workerConnection(new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })),
);

const api: PublicApi = publicApi(client, webLocation);
export const { loadModel, loadForecaster, createHandwritingRecognizer, queryHandwritingRecognizer } = api;
