/** worker.ts as a Node thread, for tests of the border. */
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { ReadBytes } from '../../load/readBytes.ts';
import { readFileBytes } from '../../load/readFileBytes.ts';
import { createHost } from '../host.ts';
import { ENDLESS, FATAL } from './locations.ts';

const read: ReadBytes = (location, options) => {
  if (location !== FATAL && location !== ENDLESS) return readFileBytes(location, options);
  if (location === FATAL) {
    setImmediate(() => {
      throw new Error('thrown in the worker');
    });
  }
  return new Promise(() => {});
};

Comlink.expose(createHost({ read }), nodeEndpoint(parentPort!));
