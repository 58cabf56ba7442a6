/** Reads a file in Node: a path, a file URL, or what `fetch` takes: an http(s), data or blob URL. */
import type { Stats } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import { fetchBytes } from './fetchBytes.ts';
import { aborted, notFound, tooLarge } from './loadErrors.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';

export const readFileBytes: ReadBytes = async (location, options = {}) => {
  if (/^(?:https?|data|blob):/i.test(location)) return fetchBytes(location, options);
  const { signal, onProgress, maxBytes = MAX_BYTES } = options;
  try {
    const path = location.startsWith('file:') ? new URL(location) : location;
    const found = await answered<Stats>((done) => fs().stat(path, done));
    // A pipe or a device may have no end.
    if (!found.isFile()) throw new RivuletError('MODEL_FETCH', `${location} is no file`, { location });
    if (found.size > maxBytes) throw tooLarge(location, found.size, maxBytes);
    const bytes = await contentOf(path, found.size, signal);
    onProgress?.(bytes.length, bytes.length);
    return bytes;
  } catch (cause) {
    if (cause instanceof RivuletError) throw cause;
    if (signal?.aborted) throw aborted(location, signal);
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw notFound(location, { code });
    throw new RivuletError(
      'MODEL_FETCH',
      `${location} could not be read: ${cause}`,
      { location, code },
      cause,
    );
  }
};

/** By the length that is known already: `readFile` asks for it again, and reads in pieces. */
async function contentOf(
  path: string | URL,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { open, read, close } = fs();
  const file = await answered<number>((done) => open(path, done));
  try {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      signal?.throwIfAborted();
      const got = await answered<number>((done) => read(file, bytes, at, length - at, at, done));
      // Somebody has cut it off meanwhile.
      if (got === 0) break;
      at += got;
    }
    signal?.throwIfAborted();
    return bytes.subarray(0, at);
  } finally {
    close(file, () => {});
  }
}

/**
 * Asked for and not imported, and without promises: an import reads every export of it, of which one loads the streams
 * and node:fs/promises, 3 ms of a thread that starts.
 */
const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs');

function answered<T>(ask: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (error ? reject(error) : resolve(value)));
  });
}
