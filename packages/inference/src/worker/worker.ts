/** The worker's script: a host that reads by fetch. */
import { warmInferKernels } from '@rivulet/kernels/infer';
import * as Comlink from 'comlink';
import { fetchBytes } from '../load/fetchBytes.ts';
import { storageCache } from '../load/storageCache.ts';
import { createHost } from './host.ts';

// The kernels compile while the first model is on its way: whatever it is, they are the same.
warmInferKernels();
Comlink.expose(createHost({ read: fetchBytes, cache: storageCache() }));
