/** A host in a web worker, spoken to by comlink. */
import * as Comlink from 'comlink';
import type { Connection, HostApi } from './api.ts';
import { canShareRings } from './ring/canShareRings.ts';
import type { RingCaller } from './ring/ringCaller.ts';

let locks = 0;

export function workerConnection(worker: Worker): Connection {
  // Pinned by the connection: a proxy that is collected would leave its calls hanging.
  const remote = Comlink.wrap<HostApi>(worker);
  const api = remote as unknown as HostApi;
  let listener: ((reason: string) => void) | undefined;
  let over = false;
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
  // After the call for which this was made: the host begins with what comes first.
  queueMicrotask(() => watchByLock(api, die));
  const isolated = canShareRings();
  let rings: RingCaller | undefined;
  if (isolated) {
    // Their code is no part of what other pages fetch. Where it does not come, calls go on as messages.
    import('./ring/ringCaller.ts').then(
      ({ ringCaller }) => {
        if (!over) rings = ringCaller(api);
      },
      () => {},
    );
  }
  return {
    api,
    ...(isolated && { ring: (...call) => rings?.call(...call) }),
    callback: (f) => Comlink.proxy(f),
    onDeath: (tell) => {
      listener = tell;
    },
    end: () => {
      over = true;
      rings?.end();
      worker.terminate();
    },
  };
}

/**
 * Where there are locks (not on plain http beyond localhost, not in a sandboxed frame):
 * a worker that the system ends (out of memory, a crash) fires no event. But it held a lock, and a lock goes to
 * the next in line when its holder is gone: waiting for it is waiting for the worker's death.
 */
function watchByLock(api: HostApi, die: (reason: string) => void): void {
  if (!globalThis.navigator?.locks) return;
  const name = `rivulet-worker-${Date.now()}-${Math.random()}-${locks++}`;
  void api.holdLock(name).then((held) => {
    if (held) navigator.locks.request(name, () => die('it ended')).catch(() => {});
  });
}
