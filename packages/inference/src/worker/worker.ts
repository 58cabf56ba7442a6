/** The worker's script: a host that reads by fetch. */
import { expectInferModule } from '@rivulet/kernels/infer';
import * as Comlink from 'comlink';
import { fetchBytes } from '../load/fetchBytes.ts';
import { storageCache } from '../load/storageCache.ts';
import type { WorkerApi } from './api.ts';
import { createHost } from './host.ts';

// Who starts this thread begins at once to compile its kernels: whatever the first model is, they are the same.
const host = createHost({ read: fetchBytes, cache: storageCache() });
expectInferModule(
  new Promise((resolve) => {
    // A module that cannot be read here comes as no call.
    addEventListener('messageerror', () => resolve(undefined));
    Comlink.expose({ ...host, kernels: async (early) => resolve(early) } satisfies WorkerApi);
  }),
);
