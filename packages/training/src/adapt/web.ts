/** The entry for pages: `@rivulet/training/adapt`. Each adapter has a worker of its own. */
import { RivuletError } from '@rivulet/core';
import * as Comlink from 'comlink';
import { Adapter } from './adapter.ts';
import type { AdaptHost, Connection, HostOptions, ModelFiles } from './api.ts';

export type { AdaptOptions } from './adapter.ts';
export { Adapter } from './adapter.ts';
export type * from './publicTypes.ts';

/**
 * @param model the address of a model's folder, or its files
 * @throws ENGINE_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_FETCH, MANIFEST_INVALID, RECIPE_INVALID, MODEL_HASH, MODEL_SHAPE,
 *   FEATURE_VERSION, ONNX_PARSE
 */
export async function createAdapter(
  model: string | URL | ModelFiles,
  options: HostOptions = {},
): Promise<Adapter> {
  const isAddress = typeof model === 'string' || model instanceof URL;
  return Adapter.open(connect(), isAddress ? new URL(model, document.baseURI).href : model, options);
}

function connect(): Connection {
  let worker: Worker;
  try {
    worker = new Worker(new URL('./adaptWorker.ts', import.meta.url), { type: 'module' });
  } catch (cause) {
    throw new RivuletError('ENGINE_UNAVAILABLE', `no worker could be started: ${cause}`, {}, cause);
  }
  let listener: (reason: string) => void = () => {};
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    listener(event.message || 'its script could not be loaded');
  });
  worker.addEventListener('messageerror', () => listener('a message could not be read'));
  return {
    api: Comlink.wrap<AdaptHost>(worker) as unknown as AdaptHost,
    callback: (f) => Comlink.proxy(f),
    onDeath: (tell) => {
      listener = tell;
    },
    end: () => worker.terminate(),
  };
}
