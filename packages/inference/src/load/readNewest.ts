/** Reads files that are known by their address alone, and may be kept from an earlier visit. */
import type { FileSource } from './fileSource.ts';
import type { ReadOptions } from './readBytes.ts';
import { mayPass } from './retrying.ts';

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
