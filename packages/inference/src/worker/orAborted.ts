import { abortedCall } from '@rivulet/core';

/**
 * Rejects with ABORTED at once when the signal aborts, whatever the work still waits for.
 * @param late whether that comes too late: the work is done
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal, late = (): boolean => false): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (!late()) reject(abortedCall(signal));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
