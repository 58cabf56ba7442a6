/** Options that JavaScript lets through though they are none: refused by their name, before anything has begun. */
import { RivuletError, shown } from '@rivulet/core';
import type { OpenOptions } from './api.ts';

/** @throws ARGUMENT for options that are none, and for a `signal`, an `onProgress` or a `sha256` that is none */
export function checkOptions(options: OpenOptions): void {
  checkObject(options);
  const { signal, onProgress, sha256 } = options;
  if (signal !== undefined && signal !== null) checkSignal(signal);
  if (onProgress && typeof onProgress !== 'function') {
    const got = shown(onProgress);
    throw new RivuletError('ARGUMENT', `onProgress is a function, got ${got}`, { onProgress: got });
  }
  if (sha256 !== undefined && !/^[\da-f]{64}$/i.test(shown(sha256))) {
    const got = shown(sha256);
    throw new RivuletError('ARGUMENT', `sha256 is 64 digits in hexadecimal, got ${got}`, { sha256: got });
  }
}

/** @throws ARGUMENT */
export function checkObject(options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  const got = shown(options);
  throw new RivuletError('ARGUMENT', `options are an object, got ${got}`, { options: got });
}

/** By what is used of it: another realm's (a frame's) is of another class. @throws ARGUMENT */
export function checkSignal(signal: AbortSignal): void {
  if (typeof signal.addEventListener === 'function') return;
  const got = shown(signal);
  throw new RivuletError('ARGUMENT', `signal is an AbortSignal, got ${got}`, { signal: got });
}
