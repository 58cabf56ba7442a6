/// <reference path="../../../packages/inference/src/worker/testing/nodeAdapter.d.ts" />
/** The echo as a thread of Node. */
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { echoHost } from './echoHost.ts';

Comlink.expose(echoHost(), nodeEndpoint(parentPort!));
