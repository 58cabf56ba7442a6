import { RivuletError } from '@rivulet/core';

/** Settles once the page is seen. @throws ABORTED */
export function pageInView(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const look = () => {
      if (document.visibilityState === 'hidden') return;
      over.abort();
      resolve();
    };
    document.addEventListener('visibilitychange', look, { signal: over.signal });
    signal.addEventListener('abort', () => {
      over.abort();
      reject(new RivuletError('ABORTED', 'learning was cancelled', {}));
    });
    look();
  });
}
