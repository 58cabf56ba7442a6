/**
 * Reads files whose content is known beforehand, and checks that it is theirs. A model that is known by its address
 * alone needs none of it: a file of its own.
 */
import { RivuletError, sha256 } from '@rivulet/core';
import type { FileSource } from './fileSource.ts';
import type { ReadOptions } from './readBytes.ts';

export interface KnownFile {
  /** For errors. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes?: number | undefined;
}

/**
 * A file of known content: once kept it is never fetched again.
 * @throws MODEL_HASH naming what was expected and what came, and whatever reading throws
 */
export async function readKnown(
  { read, cache }: FileSource,
  location: string,
  file: KnownFile,
  options: ReadOptions = {},
): Promise<Uint8Array> {
  const kept = await cache?.get(location, file.sha256).catch(() => undefined);
  if (kept && !(await otherFile(kept, file))) {
    options.onProgress?.(kept.length, kept.length);
    return kept;
  }
  const get = async (fresh: boolean): Promise<Uint8Array> => {
    const bytes = await read(location, { ...options, fresh });
    const error = await otherFile(bytes, file);
    if (error) throw error;
    return bytes;
  };
  const bytes = await get(false).catch((error) => {
    // After a release the browser may still hold the file of the one before, of another content or length.
    const stale =
      error instanceof RivuletError && (error.code === 'MODEL_HASH' || error.code === 'MODEL_TOO_LARGE');
    if (!stale || !/^https?:/.test(location)) throw error;
    return get(true);
  });
  void cache?.put(location, bytes, file.sha256).catch(() => {});
  return bytes;
}

/** @returns what is wrong, when these are not that file's bytes */
export async function otherFile(bytes: Uint8Array, file: KnownFile): Promise<RivuletError | undefined> {
  const { path, bytes: expectedBytes = bytes.length, sha256: expected } = file;
  if (bytes.length !== expectedBytes) {
    const details = { path, expectedBytes, gotBytes: bytes.length };
    const message = `${path} has ${bytes.length} bytes, its manifest says ${expectedBytes}`;
    return new RivuletError('MODEL_HASH', message, details);
  }
  const got = await sha256(bytes as Uint8Array<ArrayBuffer>);
  if (got === expected) return undefined;
  return new RivuletError('MODEL_HASH', `${path} is not the file that was expected`, { path, expected, got });
}
