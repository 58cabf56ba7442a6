/** The package as fused.ts has it, and beside it the cache that its worker uses. */
import * as rivulet from '@rivulet/inference';
import { storageCache } from '../../../packages/inference/src/load/storageCache.ts';

declare global {
  interface Window {
    storageCache: typeof storageCache;
  }
}

window.rivulet = rivulet;
window.storageCache = storageCache;
