/** The entry for pages. Models live in one worker, which is started when first needed. */
import { type PublicApi, publicApi } from './publicApi.ts';
import { ServiceClient } from './worker/client.ts';
import { workerConnection } from './worker/workerConnection.ts';

export * from './publicNames.ts';

const client = new ServiceClient(() =>
  workerConnection(new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' })),
);

/** A worker resolves URLs against its own script; what a page says is meant from the page. */
const locate = (location: string | URL): string => new URL(location, document.baseURI).href;

const api: PublicApi = publicApi(client, locate);
export const { loadModel, loadForecaster, createHandwritingRecognizer, queryHandwritingRecognizer } = api;
