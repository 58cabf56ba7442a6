import { abortedCall } from './answer.ts';

/** Of an AbortSignal what is asked here: this floor knows neither the web's nor Node's. */
interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Rejects with ABORTED at once when the signal aborts, whatever the work still waits for.
 * @param late whether that comes too late: the work is done
 */
export function orAborted<T>(work: Promise<T>, signal: Signal, late = (): boolean => false): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (!late()) reject(abortedCall(signal));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
