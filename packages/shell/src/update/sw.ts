/**
 * The pages' service worker: keeps every file of its page for offline use and answers from what it keeps. Of our own
 * and not generated for one reason: Workbox fetches files without a hash in their names past the browser's cache, and
 * a first visit would download the model twice.
 */
import { clientsClaim, type WorkboxPlugin } from 'workbox-core';
import {
  addPlugins,
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  type PrecacheEntry,
  precacheAndRoute,
} from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

declare const self: {
  /** Every file with its revision; the build puts the list here. */
  readonly __WB_MANIFEST: (PrecacheEntry | string)[];
  skipWaiting(): Promise<void>;
  addEventListener(
    type: 'message',
    listener: (event: MessageEvent<{ type?: string } | undefined>) => void,
  ): void;
};

/** Asks the server whether what the page just fetched is still the newest: as fresh, without its bytes. */
const revalidate: WorkboxPlugin = {
  requestWillFetch: async ({ request }) =>
    request.cache === 'reload' ? new Request(request, { cache: 'no-cache' }) : request,
};

// A new version waits until the person agrees: see serviceWorker.ts.
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting();
});
clientsClaim();
addPlugins([revalidate]);
precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
