/** A host in a web worker, spoken to by comlink. */
import * as Comlink from 'comlink';
import type { Connection, HostApi } from './api.ts';
import { canShareRings } from './ring/canShareRings.ts';
import type { RingCaller } from './ring/ringCaller.ts';
import { sendEarlyFile } from './sendEarlyFile.ts';
import { watchHost } from './watchHost.ts';

/**
 * A starting worker waits longest for its script: a model that is fetched at the same moment makes it wait some
 * milliseconds more on two cores, and comes no earlier than it is needed.
 */
const SCRIPT_FIRST_MS = 8;

export function workerConnection(worker: Worker): Connection {
  // Pinned by the connection: a proxy that is collected would leave its calls hanging.
  const api = Comlink.wrap<HostApi>(worker) as unknown as HostApi;
  let listener: ((reason: string) => void) | undefined;
  let busy = (): boolean => false;
  let over = false;
  /** Of what is fetched for the worker, which nobody will read when it is gone. */
  const fetching = new AbortController();
  const die = (reason: string): void => {
    if (over) return;
    over = true;
    listener?.(reason);
  };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    die(event.message || 'its script could not be loaded');
  });
  worker.addEventListener('messageerror', () => die('a message could not be read'));
  // After the call for which this was made: the host begins with what comes first. Where a page may do nothing of what
  // watching takes, the host goes unwatched.
  queueMicrotask(() => {
    watchHost({ api, busy: () => busy(), over: () => over, die }).catch(() => {});
  });
  const isolated = canShareRings();
  let rings: RingCaller | undefined;
  if (isolated) {
    // Their code is no part of what other pages fetch. Where it does not come, or finds no memory, calls go on as messages.
    import('./ring/ringCaller.ts')
      .then(({ ringCaller }) => {
        if (!over) rings = ringCaller(api);
      })
      .catch(() => {});
  }
  return {
    api,
    ...(isolated && { ring: (...call) => rings?.call(...call) }),
    early: (file, signal) => {
      signal?.addEventListener('abort', () => fetching.abort(), { once: true });
      setTimeout(sendEarlyFile, SCRIPT_FIRST_MS, api, file, fetching.signal);
    },
    callback: (f) => Comlink.proxy(f),
    onDeath: (tell, waiting) => {
      listener = tell;
      busy = waiting;
    },
    end: () => {
      over = true;
      fetching.abort();
      rings?.end();
      worker.terminate();
    },
  };
}
