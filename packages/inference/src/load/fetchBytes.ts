/** Reads a file over HTTP, telling how far it is. */
import { RivuletError } from '@rivulet/core';
import { aborted, notFound, tooLarge } from './loadErrors.ts';
import { MAX_BYTES, type ReadBytes, type ReadOptions } from './readBytes.ts';
import { retrying } from './retrying.ts';

/** What is used of `fetch`, so that a caller may bring one: with a token, from an archive, out of a database. */
export type Fetch = (
  location: string,
  init: { readonly signal?: AbortSignal; readonly cache?: 'no-cache' },
) => Promise<Pick<Response, 'ok' | 'status' | 'headers' | 'body'>>;

/** A failure that may pass is met with another try, twice. */
export const fetchBytesBy = (fetch: Fetch): ReadBytes =>
  retrying((location, options) => readOnce(fetch, location, options));

export const fetchBytes: ReadBytes = fetchBytesBy((location, init) => fetch(location, init));

async function readOnce(fetch: Fetch, location: string, options: ReadOptions = {}): Promise<Uint8Array> {
  const { signal, onProgress, maxBytes = MAX_BYTES, fresh } = options;
  if (signal?.aborted) throw aborted(location, signal);
  let reader: Reader | undefined;
  try {
    const response = await fetch(location, {
      ...(signal && { signal }),
      ...(fresh && { cache: 'no-cache' }),
    });
    const { status } = response;
    reader = response.body?.getReader();
    if (status === 404 || status === 410) throw notFound(location, { status });
    if (!response.ok || !reader) {
      throw new RivuletError('MODEL_FETCH', `${location} answered ${status}`, { location, status });
    }
    // The length of a compressed answer is not the file's.
    const stated = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
    const total = stated === null ? undefined : Number(stated);
    if (total !== undefined && total > maxBytes) throw tooLarge(location, total, maxBytes);
    return await collect(reader, location, total, maxBytes, onProgress);
  } catch (cause) {
    // What is not wanted must not go on arriving.
    reader?.cancel().catch(() => {});
    if (cause instanceof RivuletError) throw cause;
    if (signal?.aborted) throw aborted(location, signal);
    throw new RivuletError('MODEL_FETCH', `${location} could not be read: ${cause}`, { location }, cause);
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function collect(
  reader: Reader,
  location: string,
  total: number | undefined,
  maxBytes: number,
  onProgress: ((loadedBytes: number, totalBytes: number | undefined) => void) | undefined,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let loaded = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    if (loaded > maxBytes) throw tooLarge(location, loaded, maxBytes);
    onProgress?.(loaded, total);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
