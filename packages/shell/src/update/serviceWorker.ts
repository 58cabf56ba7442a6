/**
 * The service worker's life as the page sees it. A new version waits until the person agrees:
 * waiting -> ask -> messageSkipWaiting -> controlling -> save -> reload.
 */
import { signal } from '@preact/signals';
import type { Workbox } from 'workbox-window';
import { toast } from '../toast/toast.ts';

export interface ServiceWorkerOptions {
  /** Address of the worker's script, relative to the page. */
  readonly url: string;
  /** Brings everything unsaved into storage; awaited before the page reloads into the new version. */
  readonly save?: (() => Promise<void>) | undefined;
}

/** `waiting`: a new version is here and asks. `taken`: another tab agreed, and this one runs old code. */
export const updateState = signal<'none' | 'waiting' | 'taken'>('none');

const UPDATE_CHECK_MS = 60 * 60_000;
let workbox: Workbox | undefined;
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
    workbox = undefined;
  }
}

async function register({ url, save }: ServiceWorkerOptions): Promise<void> {
  if (!('serviceWorker' in navigator) || workbox) return;
  if (save) saveAll = save;
  // Not needed before the page works: a chunk of its own.
  const { Workbox } = await import('workbox-window');
  workbox = new Workbox(url);
  workbox.addEventListener('waiting', () => (updateState.value = 'waiting'));
  workbox.addEventListener('activated', ({ isUpdate, isExternal }) => {
    if (!isUpdate && !isExternal) toast('Ready to work offline');
  });
  workbox.addEventListener('controlling', ({ isUpdate }) => {
    if (agreed) void reload();
    else if (isUpdate) updateState.value = 'taken';
  });
  await workbox.register();
  lookForUpdates(workbox);
}

/** The person agreed: let the new version take over. The page reloads when it controls. */
export function acceptUpdate(): void {
  agreed = true;
  if (updateState.value === 'taken') void reload();
  else workbox?.messageSkipWaiting();
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
function lookForUpdates(registered: Workbox): void {
  let asked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - asked < UPDATE_CHECK_MS) return;
    asked = Date.now();
    void lookNow(registered);
  });
}

async function lookNow(registered: Workbox): Promise<void> {
  try {
    await registered.update();
    const registration = await navigator.serviceWorker.getRegistration();
    // Workbox tells of the first new version alone; this also finds one that was put off.
    if (registration?.waiting && updateState.value === 'none') updateState.value = 'waiting';
  } catch {
    // Offline: the next look will do.
  }
}
