import { orAborted } from '@rivulet/core';

/** Settles once the page is seen. @throws ABORTED */
export async function pageInView(signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const seen = new Promise<void>((resolve) => {
    const look = () => {
      if (document.visibilityState !== 'hidden') resolve();
    };
    document.addEventListener('visibilitychange', look, { signal: over.signal });
    look();
  });
  try {
    await orAborted(seen, signal);
  } finally {
    over.abort();
  }
}
