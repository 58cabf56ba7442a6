/**
 * The service worker's life as the page sees it. A new version waits until the person agrees:
 * waiting -> ask -> SKIP_WAITING -> controlling -> save -> reload.
 */
import { signal } from '@preact/signals';
import { toast } from '../toast/toast.ts';
import { KEEP_LATER } from './laterFiles.ts';

export interface ServiceWorkerOptions {
  /** Address of the worker's script, relative to the page. */
  readonly url: string;
  /** Brings everything unsaved into storage; awaited before the page reloads into the new version. */
  readonly save?: (() => Promise<void>) | undefined;
}

/** `waiting`: a new version is here and asks. `taken`: another tab agreed, and this one runs old code. */
export const updateState = signal<'none' | 'waiting' | 'taken'>('none');

const UPDATE_CHECK_MS = 60 * 60_000;
let registration: ServiceWorkerRegistration | undefined;
let agreed = false;
let saveAll: () => Promise<void> = async () => {};

/**
 * Registers the worker once the page has loaded, so that the first paint never waits for the precache.
 * Private windows and plain-http addresses refuse service workers; the page then works, only not offline.
 */
export async function registerServiceWorker(options: ServiceWorkerOptions): Promise<void> {
  try {
    await register(options);
  } catch {
    registration = undefined;
  }
}

async function register({ url, save }: ServiceWorkerOptions): Promise<void> {
  if (!('serviceWorker' in navigator) || registration) return;
  if (save) saveAll = save;
  const { serviceWorker } = navigator;
  let isControlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    if (agreed) void reload();
    else if (isControlled) updateState.value = 'taken';
    isControlled = true;
  });
  const registered = await serviceWorker.register(url);
  // A page that was reloaded past its service worker is controlled by none, and still no first visit.
  let isFirst = !registered.active;
  registration = registered;
  const watch = (worker: ServiceWorker): void =>
    worker.addEventListener('statechange', () => {
      if (worker.state === 'installed') askFor(registered);
      if (worker.state !== 'activated') return;
      if (isFirst) toast('Ready to work offline');
      isFirst = false;
    });
  // One that waits since an earlier visit, one that came with this one, and all that come later.
  askFor(registered);
  if (registered.installing) watch(registered.installing);
  registered.addEventListener('updatefound', () => registered.installing && watch(registered.installing));
  lookForUpdates(registered);
  void serviceWorker.ready.then(keepLater);
}

/** How long a page without `requestIdleCallback` is left alone (ms). */
const REST_MS = 3000;

/** Asks for the files that only some of the page needs, once it rests; not where the person pays by the byte. */
function keepLater({ active }: ServiceWorkerRegistration): void {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
  if (connection?.saveData) return;
  const ask = (): void => active?.postMessage({ type: KEEP_LATER });
  if ('requestIdleCallback' in window) requestIdleCallback(ask);
  else setTimeout(ask, REST_MS);
}

/** Only beside an older version: the very first also waits for a moment, with nobody to ask. */
function askFor({ waiting, active }: ServiceWorkerRegistration): void {
  if (waiting && active && updateState.value === 'none') updateState.value = 'waiting';
}

/** The person agreed: let the new version take over. The page reloads when it controls. */
export function acceptUpdate(): void {
  agreed = true;
  if (updateState.value === 'taken') void reload();
  else registration?.waiting?.postMessage({ type: 'SKIP_WAITING' });
}

/** Not now: it asks again at the next visit, and when the page comes back into view after a while. */
export function postponeUpdate(): void {
  updateState.value = 'none';
}

async function reload(): Promise<void> {
  // What cannot be saved must not keep the page on a version whose files are gone.
  await saveAll().catch(() => {});
  location.reload();
}

/** A page that is never closed would never hear of a new version: ask when it comes back into view. */
function lookForUpdates(registered: ServiceWorkerRegistration): void {
  let asked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - asked < UPDATE_CHECK_MS) return;
    asked = Date.now();
    void lookNow(registered);
  });
}

async function lookNow(registered: ServiceWorkerRegistration): Promise<void> {
  try {
    await registered.update();
    // Also one that was put off.
    askFor(registered);
  } catch {
    // Offline: the next look will do.
  }
}
