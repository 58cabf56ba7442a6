/** Keeps model files in Cache Storage, which pages and workers of an origin share and which outlives them. */
import type { OwnCache } from './readKept.ts';

const PREFIX = 'rivulet-models-';
/** Another way of keeping files gets another number; what was kept in the way before is deleted. */
const NAME = `${PREFIX}1`;
const SHA256 = 'rivulet-sha256';
const BYTES = 'rivulet-bytes';
const USED = 'rivulet-used';
const DAY_MS = 86_400_000;
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
    opening ??= openCache(storage);
    return opening;
  };
  return {
    prepare() {
      // What is asked of the network goes first.
      setTimeout(() => opened().catch(() => {}));
    },

    async get(location, sha256) {
      const key = keyOf(location, sha256);
      const cache = await opened();
      const response = key && (await cache.match(key));
      if (!response) return undefined;
      const bytes = new Uint8Array(await response.arrayBuffer());
      // To the day is enough to know what is used, and saves a write at every visit.
      if (Date.now() - Number(response.headers.get(USED)) > DAY_MS) {
        void cache.put(key, entry(bytes)).catch(() => {});
      }
      return bytes;
    },

    async put(location, bytes, sha256) {
      const key = keyOf(location, sha256);
      if (!key || bytes.length > maxBytes) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const cache = await opened();
      try {
        await cache.put(key, entry(bytes));
        await dropVersions(cache, key);
      } catch {
        // The disk is full: the version that this one replaces may be the room that it needs.
        await dropVersions(cache, key);
        await cache.put(key, entry(bytes));
      }
      await dropOldest(cache, key, maxBytes);
    },
  };
}

async function openCache(storage: CacheStorage): Promise<Cache> {
  const names = await storage.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => storage.delete(name)),
  );
  return storage.open(NAME);
}

const entry = (bytes: Uint8Array): Response =>
  new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { [BYTES]: String(bytes.length), [USED]: String(Date.now()) },
  });

/** @returns undefined for an address that Cache Storage takes none of, `blob:` and `data:` */
function keyOf(location: string, sha256 = ''): string | undefined {
  const url = new URL(location);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.hash = '';
  url.searchParams.set(SHA256, sha256);
  return url.href;
}

function fileOf(key: string): string {
  const url = new URL(key);
  url.searchParams.delete(SHA256);
  return url.href;
}

async function dropVersions(cache: Cache, key: string): Promise<void> {
  const others = (await cache.keys()).filter(({ url }) => url !== key && fileOf(url) === fileOf(key));
  await Promise.all(others.map((request) => cache.delete(request)));
}

/** @param key stays in any case */
async function dropOldest(cache: Cache, key: string, maxBytes: number): Promise<void> {
  const entries = await Promise.all(
    (await cache.keys()).map(async (request) => {
      const headers = (await cache.match(request))?.headers;
      const used = request.url === key ? Number.POSITIVE_INFINITY : Number(headers?.get(USED));
      return { request, used, bytes: Number(headers?.get(BYTES)) };
    }),
  );
  let together = 0;
  for (const { request, bytes } of entries.sort((a, b) => b.used - a.used)) {
    together += bytes;
    if (together > maxBytes) await cache.delete(request);
  }
}
