/** worker.ts as a Node thread, for tests of the border. */
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { readFileBytes } from '../../load/readFileBytes.ts';
import { createHost } from '../host.ts';

Comlink.expose(createHost(readFileBytes), nodeEndpoint(parentPort!));
