/**
 * Files that a page works without, but not all of it: fetched once the page says that it rests, so that they never take
 * the line from what a visit waits for, and answered from the device ever after.
 */
import type { PrecacheEntry } from 'workbox-precaching';

/** As the build lists a file; `later` where it is one of these. */
export interface ListedFile extends PrecacheEntry {
  readonly later?: true;
}

/** What the page posts to its service worker when it rests. */
export const KEEP_LATER = 'KEEP_LATER';

const CACHE = 'rivulet-later';

export class LaterFiles {
  /** Address that the page asks for -> address under which that version of the file is kept. */
  readonly #keys: ReadonlyMap<string, string>;
  /** Pages of one origin share its caches. */
  readonly #cache: string;

  /** @param place address of the service worker's script, which the files' addresses start at */
  constructor(files: readonly ListedFile[], place: string) {
    this.#cache = `${CACHE} ${new URL('./', place).pathname}`;
    this.#keys = new Map(
      files.map(({ url, revision }) => {
        const address = new URL(url, place).href;
        return [address, revision ? `${address}?revision=${revision}` : address];
      }),
    );
  }

  has(address: string): boolean {
    return this.#keys.has(address);
  }

  /** Fetches what is not kept yet, and drops what earlier versions kept. A file that does not come is tried again next time. */
  async keep(): Promise<void> {
    const cache = await caches.open(this.#cache);
    const wanted = new Set(this.#keys.values());
    const kept = new Set<string>();
    for (const request of await cache.keys()) {
      if (wanted.has(request.url)) kept.add(request.url);
      else await cache.delete(request);
    }
    for (const [address, key] of this.#keys) {
      if (kept.has(key)) continue;
      // What the browser has of it is used where the server says that it is the newest.
      const response = await fetch(address, { cache: 'no-cache' });
      if (response.ok) await cache.put(key, response);
    }
  }

  async answer(request: Request): Promise<Response> {
    const key = this.#keys.get(request.url);
    const kept = key && (await caches.match(key, { cacheName: this.#cache }));
    return kept || fetch(request);
  }
}
