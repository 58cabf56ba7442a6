/** Keeps model files in Cache Storage, which pages and workers of an origin share and which outlives them. */
import { codePart } from '@rivulet/core';
import type { OwnCache } from './fileSource.ts';

const PREFIX = 'rivulet-models-';
/** Another way of keeping files gets another number; what was kept in the way before is deleted. */
const NAME = `${PREFIX}1`;
/** A file is written when its model has run: writing takes 10 ms of the thread that the first result waits for. */
const PAUSE_MS = 250;

/**
 * @param maxBytes files together; beyond, those go that were not used for longest
 * @returns undefined without Cache Storage: on plain http beyond localhost, in sandboxed frames, in Node
 */
export function storageCache(maxBytes = 256 * 2 ** 20): OwnCache | undefined {
  let storage: CacheStorage | undefined;
  try {
    storage = globalThis.caches;
  } catch {
    // A frame without an origin is forbidden to ask.
  }
  if (!storage) return undefined;
  let opening: Promise<Cache> | undefined;
  const opened = (): Promise<Cache> => {
    opening ??= openCache(storage).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    prepare() {
      storedFiles().catch(() => {});
      // What is asked of the network goes first.
      setTimeout(() => opened().catch(() => {}));
    },

    async get(location, sha256) {
      const { getStored } = await storedFiles();
      return getStored(opened, location, sha256);
    },

    async put(location, bytes, sha256) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const { putStored } = await storedFiles();
      await putStored(opened, location, bytes, sha256, maxBytes);
    },
  };
}

/** A model's first load asks for none of it before its first result. */
const storedFiles = (): Promise<typeof import('./storedFiles.ts')> =>
  codePart('kept files', () => import('./storedFiles.ts'));

async function openCache(storage: CacheStorage): Promise<Cache> {
  const names = await storage.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => storage.delete(name)),
  );
  return storage.open(NAME);
}
