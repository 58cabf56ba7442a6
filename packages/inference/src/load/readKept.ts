/** Reads files that may be kept from an earlier visit, by whether their content is known beforehand. */
import { RivuletError, sha256 } from '@rivulet/core';
import type { ModelCache } from './modelCache.ts';
import type { ReadBytes, ReadOptions } from './readBytes.ts';
import { mayPass } from './retrying.ts';

export interface FileSource {
  readonly read: ReadBytes;
  readonly cache?: OwnCache | undefined;
}

export interface OwnCache extends ModelCache {
  /**
   * A file will be asked for soon. A browser takes 10 ms to open its cache for the first time, in processes that are
   * just starting a worker: whoever may never ask should not have it do so.
   */
  prepare?(): void;
}

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

/** A file whose newest version is wanted. */
export interface Newest<T> {
  readonly value: T;
  /** Keeps it for when it cannot be reached; nothing to do where it is the kept one. */
  keep(): void;
}

/**
 * A file that is known by its address alone: the server is asked, and where it cannot be reached, what was kept.
 * @param accept makes of the bytes what is wanted; what it refuses is not kept
 * @throws whatever reading and `accept` throw
 */
export async function readNewest<T>(
  { read, cache }: FileSource,
  location: string,
  options: ReadOptions,
  accept: (bytes: Uint8Array) => T | Promise<T>,
): Promise<Newest<T>> {
  let bytes: Uint8Array;
  try {
    bytes = await read(location, cache ? { ...options, retries: 0 } : options);
  } catch (error) {
    if (!cache || !mayPass(error)) throw error;
    const kept = await cache.get(location).catch(() => undefined);
    if (kept) {
      options.onProgress?.(kept.length, kept.length);
      return { value: await accept(kept), keep: () => {} };
    }
    bytes = await read(location, options);
  }
  const value = await accept(bytes);
  return { value, keep: () => void cache?.put(location, bytes).catch(() => {}) };
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
