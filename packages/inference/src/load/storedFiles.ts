/** Files in a cache of Cache Storage: which entry is whose, and which go when there are too many. */

const SHA256 = 'rivulet-sha256';
const BYTES = 'rivulet-bytes';
const USED = 'rivulet-used';
const DAY_MS = 86_400_000;

/** @returns undefined where that version of the file is not held */
export async function getStored(
  opened: () => Promise<Cache>,
  location: string,
  sha256?: string,
): Promise<Uint8Array | undefined> {
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
}

/** @param maxBytes of all files together; a larger one is not taken */
export async function putStored(
  opened: () => Promise<Cache>,
  location: string,
  bytes: Uint8Array,
  sha256: string | undefined,
  maxBytes: number,
): Promise<void> {
  const key = keyOf(location, sha256);
  if (!key || bytes.length > maxBytes) return;
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
