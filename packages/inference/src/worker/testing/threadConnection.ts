/// <reference path="./nodeAdapter.d.ts" />
/** A host in a Node thread as a client's connection, and the threads that were started so far. */
import { Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Connection, HostApi } from '../api.ts';
import { ringCaller } from '../ring/ringCaller.ts';
import { sendEarlyFile } from '../sendEarlyFile.ts';

/** @param byRing off: as in a page that is not isolated */
export function threadConnections(byRing = true): { readonly threads: Worker[]; connect(): Connection } {
  const threads: Worker[] = [];
  return {
    threads,
    connect() {
      const worker = new Worker(new URL('./threadHost.ts', import.meta.url));
      threads.push(worker);
      let over = false;
      const api = Comlink.wrap<HostApi>(nodeEndpoint(worker)) as unknown as HostApi;
      const rings = byRing ? ringCaller(api) : undefined;
      return {
        api,
        ...(rings && { ring: rings.call }),
        early: (file, signal) => void sendEarlyFile(api, file, signal),
        callback: (f) => Comlink.proxy(f),
        onDeath: (listener) => {
          const die = (reason: string): void => {
            if (!over) listener(reason);
            over = true;
          };
          worker.once('error', (error) => die(String(error)));
          worker.once('exit', () => die('exit'));
        },
        end: () => {
          over = true;
          rings?.end();
          void worker.terminate();
        },
      };
    },
  };
}
