/** Links between the pages of the site, each of which keeps itself for offline use and none the others. */
import { toast } from '../toast/toast.ts';

/**
 * Lets a click on a link go its way, except without a network to a page that this device does not hold: that
 * would leave the person with the browser's error page.
 */
export function visit(event: MouseEvent): void {
  if (navigator.onLine) return;
  const { href } = event.currentTarget as HTMLAnchorElement;
  event.preventDefault();
  void isKept(href).then((kept) => {
    if (kept) location.assign(href);
    else toast('Without a network only pages that were opened here before can be opened');
  });
}

/** Cache storage is one for all pages of an origin; Workbox puts a revision behind each address. */
async function isKept(href: string): Promise<boolean> {
  try {
    const page = new URL('index.html', href);
    return (await caches.match(page, { ignoreSearch: true })) !== undefined;
  } catch {
    return false;
  }
}
