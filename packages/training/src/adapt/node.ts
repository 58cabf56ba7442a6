/** The entry for Node: the same names, the worker a thread, a model's folder a path or a file URL. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { Adapter } from './adapter.ts';
import type { AdaptHost, Connection, HostOptions, ModelFiles } from './api.ts';

export type { AdaptOptions } from './adapter.ts';
export { Adapter } from './adapter.ts';
export type * from './publicTypes.ts';

/** @throws as the web's, but for MODEL_FETCH */
export async function createAdapter(
  model: string | URL | ModelFiles,
  options: HostOptions = {},
): Promise<Adapter> {
  const files = model instanceof URL ? fileURLToPath(model) : model;
  return Adapter.open(connect(), files, options);
}

function connect(): Connection {
  // A port instead of the thread's own: it is an EventTarget, as comlink wants it.
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./nodeWorker.ts', import.meta.url), {
    workerData: port2,
    transferList: [port2 as never],
  });
  let over = false;
  let listener: (reason: string) => void = () => {};
  const die = (reason: string): void => {
    if (!over) listener(reason);
  };
  worker.once('error', (error) => die(String(error)));
  worker.once('exit', (code) => die(`exit ${code}`));
  return {
    api: Comlink.wrap<AdaptHost>(port1) as unknown as AdaptHost,
    callback: (f) => Comlink.proxy(f),
    onDeath: (tell) => {
      listener = tell;
    },
    end: () => {
      over = true;
      port1.close();
      void worker.terminate();
    },
  };
}
