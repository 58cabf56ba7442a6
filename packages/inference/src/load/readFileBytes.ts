/** Reads a file in Node: a path, a file URL, or an http(s) URL. */
import type { Stats } from 'node:fs';
import { RivuletError } from '@rivulet/core';
import { fetchBytes } from './fetchBytes.ts';
import { aborted, notFound, tooLarge } from './loadErrors.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';

export const readFileBytes: ReadBytes = async (location, options = {}) => {
  if (/^https?:/i.test(location)) return fetchBytes(location, options);
  const { signal, onProgress, maxBytes = MAX_BYTES } = options;
  // Asked for and not imported, and without promises: an import reads every export of it, of which one loads the
  // streams and node:fs/promises, 3 ms of a thread that starts.
  const { readFile, stat } = process.getBuiltinModule('node:fs');
  try {
    const path = location.startsWith('file:') ? new URL(location) : location;
    const found = await answered<Stats>((done) => stat(path, done));
    // A pipe or a device may have no end.
    if (!found.isFile()) throw new RivuletError('MODEL_FETCH', `${location} is no file`, { location });
    if (found.size > maxBytes) throw tooLarge(location, found.size, maxBytes);
    const { buffer, byteOffset, length } = await answered<NonSharedBuffer>((done) =>
      readFile(path, { signal }, done),
    );
    onProgress?.(length, length);
    return new Uint8Array(buffer, byteOffset, length);
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

function answered<T>(ask: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (error ? reject(error) : resolve(value)));
  });
}
