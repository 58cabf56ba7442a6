/** Reads a file over HTTP, telling how far it is. */
import { RivuletError } from '@rivulet/core';
import { aborted, notFound, tooLarge } from './loadErrors.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';

export const fetchBytes: ReadBytes = async (location, options = {}) => {
  const { signal, onProgress, maxBytes = MAX_BYTES } = options;
  if (signal?.aborted) throw aborted(location, signal);
  try {
    const response = await fetch(location, signal ? { signal } : {});
    if (response.status === 404 || response.status === 410)
      throw notFound(location, { status: response.status });
    if (!response.ok || !response.body) {
      throw new RivuletError('MODEL_FETCH', `${location} answered ${response.status}`, {
        location,
        status: response.status,
      });
    }
    // The length of a compressed answer is not the file's.
    const stated = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
    const total = stated === null ? undefined : Number(stated);
    if (total !== undefined && total > maxBytes) throw tooLarge(location, total, maxBytes);
    return await collect(response.body, location, total, maxBytes, onProgress);
  } catch (cause) {
    if (cause instanceof RivuletError) throw cause;
    if (signal?.aborted) throw aborted(location, signal);
    throw new RivuletError('MODEL_FETCH', `${location} could not be read: ${cause}`, { location }, cause);
  }
};

async function collect(
  body: ReadableStream<Uint8Array>,
  location: string,
  total: number | undefined,
  maxBytes: number,
  onProgress: ((loadedBytes: number, totalBytes: number | undefined) => void) | undefined,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let loaded = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    if (loaded > maxBytes) {
      await reader.cancel();
      throw tooLarge(location, loaded, maxBytes);
    }
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
