/** The worker's script: a host that reads by fetch. */
import { warmInferKernels } from '@rivulet/kernels/infer';
import * as Comlink from 'comlink';
import { fetchBytes } from '../load/fetchBytes.ts';
import { storageCache } from '../load/storageCache.ts';
import { createHost } from './host.ts';

Comlink.expose(createHost({ read: fetchBytes, cache: storageCache() }));
// Whatever the first model is, its kernels are the same.
warmInferKernels();
