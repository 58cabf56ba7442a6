/**
 * Notices that a worker is gone. One that the system ends (out of memory, a crash) fires no event, but it takes along
 * what it held: a lock, and where there are none an address, or an open database.
 */
import type { HostApi } from './api.ts';

const TICK_MS = 1000;

let names = 0;

export interface Watched {
  readonly api: Pick<HostApi, 'holdLock' | 'ownAddress' | 'holdDatabase'>;
  /** Calls wait for the host. */
  busy(): boolean;
  /** Nobody wants to know any more. */
  over(): boolean;
  die(reason: string): void;
}

export async function watchHost(host: Watched): Promise<void> {
  const byLock = globalThis.navigator?.locks && (await watchByLock(host));
  if (!byLock && !(await watchByAddress(host))) await watchByDatabase(host);
}

const newName = (): string => `rivulet-worker-${Date.now()}-${Math.random()}-${names++}`;

/** A lock goes to the next in line when its holder is gone: waiting for it is waiting for the worker's end. */
async function watchByLock({ api, die }: Watched): Promise<boolean> {
  const name = newName();
  const held = await api.holdLock(name);
  if (held) navigator.locks.request(name, () => die(ENDED)).catch(() => {});
  return held;
}

/**
 * On plain http beyond localhost and in a sandboxed frame there are no locks. A `blob:` address is forgotten with the
 * worker that made it, and answered by the browser however busy that worker is. Asked for only while a call waits.
 */
async function watchByAddress({ api, busy, over, die }: Watched): Promise<boolean> {
  const address = await api.ownAddress();
  // The page's rules (connect-src) may forbid to ask.
  if (!address || !(await answers(address))) return false;
  let misses = 0;
  const tick = async (): Promise<void> => {
    if (over()) return;
    misses = !busy() || (await answers(address)) ? 0 : misses + 1;
    // Once may be a browser short of memory.
    if (misses > 1 && !over()) die(ENDED);
    else setTimeout(tick, TICK_MS);
  };
  setTimeout(tick, TICK_MS);
  return true;
}

/** A database can be deleted when nobody has it open any more, and no rule of a page forbids one. It stays empty. */
async function watchByDatabase({ api, over, die }: Watched): Promise<void> {
  const name = newName();
  if (!(await api.holdDatabase(name))) return;
  indexedDB.deleteDatabase(name).addEventListener('success', () => {
    if (!over()) die(ENDED);
  });
}

const ENDED = 'it ended';

const answers = (address: string): Promise<boolean> =>
  fetch(address).then(
    () => true,
    () => false,
  );
