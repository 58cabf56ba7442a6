/** The worker's script: a host that reads by fetch. */
import { warmInferKernels } from '@rivulet/kernels/infer';
import * as Comlink from 'comlink';
import { fetchBytes } from '../load/fetchBytes.ts';
import { storageCache } from '../load/storageCache.ts';
import { createHost } from './host.ts';

// Models come with int8 weights by default: their kernels compile while the model is on its way.
warmInferKernels({ int8: true });
Comlink.expose(createHost({ read: fetchBytes, cache: storageCache() }));
