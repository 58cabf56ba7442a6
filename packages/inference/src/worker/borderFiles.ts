/** The host's side of callerFiles.ts: how a load reads, and where it keeps, of what the caller brought and the host has. */

import { valueIn } from '@rivulet/core';
import { type Fetch, fetchBytesBy } from '../load/fetchBytes.ts';
import type { FileSource } from '../load/fileSource.ts';
import type { ModelCache } from '../load/modelCache.ts';
import type { CallerFiles, CallerFilesApi } from './api.ts';

let ids = 0;

/** @param api there where `fetches`, or `cache` is the caller's */
export function borderFiles(
  host: FileSource,
  { fetches, cache }: CallerFiles,
  api: CallerFilesApi | undefined,
): FileSource {
  return {
    read: fetches ? fetchBytesBy(borderFetch(api!)) : host.read,
    cache: cache === 'caller' ? borderCache(api!) : cache === 'none' ? undefined : host.cache,
  };
}

function borderFetch(api: CallerFilesApi): Fetch {
  return async (location, { signal, cache }) => {
    const id = ++ids;
    const cancel = (): void => void api.cancel(id);
    signal?.addEventListener('abort', cancel, { once: true });
    const { body, headers, ...head } = valueIn(await api.open(id, location, cache === 'no-cache'));
    const chunks = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          const chunk = valueIn(await api.pull(id));
          if (chunk) return controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
          signal?.removeEventListener('abort', cancel);
          controller.close();
        },
        cancel,
      },
      { highWaterMark: 0 },
    );
    return { ...head, headers: new Headers(headers), body: body ? chunks : null };
  };
}

const borderCache = (api: CallerFilesApi): ModelCache => ({
  get: async (location, sha256) => valueIn(await api.get(location, sha256)),
  put: async (location, bytes, sha256) => valueIn(await api.put(location, bytes, sha256)),
});
