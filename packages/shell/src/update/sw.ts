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
  precacheAndRoute,
} from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { KEEP_LATER, LaterFiles, type ListedFile } from './laterFiles.ts';

declare const self: {
  /** Every file with its revision; the build puts the list here. */
  readonly __WB_MANIFEST: ListedFile[];
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: SentMessage) => void): void;
};

interface SentMessage extends MessageEvent<{ type?: string } | undefined> {
  /** The worker lives until it settles. */
  waitUntil(work: Promise<unknown>): void;
}

/** Asks the server whether what the page just fetched is still the newest: as fresh, without its bytes. */
const revalidate: WorkboxPlugin = {
  requestWillFetch: async ({ request }) =>
    request.cache === 'reload' ? new Request(request, { cache: 'no-cache' }) : request,
};

const files = self.__WB_MANIFEST;
const later = new LaterFiles(
  files.filter(({ later }) => later),
  self.location.href,
);

// A new version waits until the person agrees: see serviceWorker.ts.
self.addEventListener('message', (event) => {
  if (event.data?.type === 'SKIP_WAITING') void self.skipWaiting();
  // Without a network, or room: the next visit asks again.
  if (event.data?.type === KEEP_LATER) event.waitUntil(later.keep().catch(() => {}));
});
clientsClaim();
addPlugins([revalidate]);
precacheAndRoute(files.filter(({ later }) => !later));
cleanupOutdatedCaches();
registerRoute(
  ({ url }) => later.has(url.href),
  ({ request }) => later.answer(request),
);
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
