/** A built page on a free port of this machine, with more files beside it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** @param more answers what it knows and returns true. */
export async function servePage(
  folder: string,
  more: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<{ readonly url: string; close(): void }> {
  const files = sirv(folder, { gzip: true });
  const server = createServer((request, response) => {
    if (!more(request, response)) files(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return opened(server);
}

/** The address of a server that listens, and its end, which no idle connection delays. */
export function opened(server: Server): { readonly url: string; close(): void } {
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
