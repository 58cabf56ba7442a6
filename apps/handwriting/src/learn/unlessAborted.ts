/** Learning that is cancelled ends at once, whatever it waits for. */
import { RivuletError } from '@rivulet/core';

/** @returns what `work` comes to. @throws what it throws; ABORTED as soon as the signal says so */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled());
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export const cancelled = (cause?: unknown): RivuletError =>
  new RivuletError('ABORTED', 'learning was cancelled', {}, cause);
