/** Reads a file in Node: a path, a file URL, or an http(s) URL. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RivuletError } from '@rivulet/core';
import { fetchBytes } from './fetchBytes.ts';
import { aborted, notFound, tooLarge } from './loadErrors.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';

export const readFileBytes: ReadBytes = async (location, options = {}) => {
  if (/^https?:/i.test(location)) return fetchBytes(location, options);
  const { signal, onProgress, maxBytes = MAX_BYTES } = options;
  try {
    const path = location.startsWith('file:') ? fileURLToPath(location) : location;
    const found = await stat(path);
    // A pipe or a device may have no end.
    if (!found.isFile()) throw new RivuletError('MODEL_FETCH', `${location} is no file`, { location });
    if (found.size > maxBytes) throw tooLarge(location, found.size, maxBytes);
    const { buffer, byteOffset, length } = await readFile(path, { signal });
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
