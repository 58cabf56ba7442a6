/**
 * The SHA-256 of a model's file, which snapshots of its streams carry: made when a stream asks, else once the first
 * result has had its time. A thread's first digest takes 6 ms of it, and the file's bytes are held until then.
 */
import { sha256 } from '@rivulet/core';

export interface FileHash {
  /** Hexadecimal. */
  get(): Promise<string>;
  /** Nobody will ask any more. */
  drop(): void;
}

/** @param pauseMs how long the bytes stay as they are */
export function fileHash(bytes: Uint8Array, pauseMs: number): FileHash {
  let made: Promise<string> | undefined;
  // No longer than until then: a model may hold little more than its packed weights.
  let held: Uint8Array | undefined = bytes;
  const get = (): Promise<string> => {
    clearTimeout(later);
    made ??= sha256(held as Uint8Array<ArrayBuffer>);
    held = undefined;
    // Whoever waits for it hears of its failure.
    made.catch(() => {});
    return made;
  };
  const later = setTimeout(() => void get(), pauseMs);
  // In Node a waiting timer would keep the process alive.
  (later as { unref?: () => void }).unref?.();
  return { get, drop: () => clearTimeout(later) };
}
