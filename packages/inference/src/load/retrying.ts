/** Reads again after a failure that may pass: a lost packet in a train must not cost the model. */
import { RivuletError } from '@rivulet/core';
import { aborted } from './loadErrors.ts';
import type { ReadBytes } from './readBytes.ts';

/** Pause before each further attempt. */
const PAUSES_MS = [200, 800];
/** The server asks for patience, or what stands before it does. */
const PASSING: readonly unknown[] = [408, 425, 429, 500, 502, 503, 504];

/** The line broke or never was, or the server says that it cannot now. */
export const mayPass = (error: unknown): boolean =>
  error instanceof RivuletError &&
  error.code === 'MODEL_FETCH' &&
  (error.details.status === undefined || PASSING.includes(error.details.status));

/** @returns `read`, with up to `retries` further attempts, none where the browser knows that it is offline */
export function retrying(read: ReadBytes): ReadBytes {
  return async (location, options = {}) => {
    const { retries = PAUSES_MS.length, signal } = options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await read(location, options);
      } catch (error) {
        if (attempt >= retries || !mayPass(error) || globalThis.navigator?.onLine === false) throw error;
        await pause(PAUSES_MS[attempt] ?? PAUSES_MS.at(-1)!, signal);
        if (signal?.aborted) throw aborted(location, signal);
      }
    }
  };
}

/** Over early when aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal?.addEventListener('abort', over);
  });
}
