/**
 * Serves the three built sites on one address: `/`, `/handwriting/`, `/forecast/`.
 * Run by `npm start` and by the browser tests, so that both meet the same files and headers.
 */
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

const SITES = [
  { path: '/handwriting/', folder: new URL('../handwriting/dist/', import.meta.url) },
  { path: '/forecast/', folder: new URL('../forecast/dist/', import.meta.url) },
  { path: '/', folder: new URL('./dist/', import.meta.url) },
] as const;

/** Starts the server and resolves once it listens. `port` 0 takes a free one. Loopback only. */
export function serve(port: number): Promise<Server> {
  const sites = SITES.map(({ path, folder }) => {
    const root = fileURLToPath(folder);
    if (!existsSync(root)) throw new Error(`${root} is missing: run "npm run build" first`);
    return { path, handle: sirv(root, { etag: true, gzip: true, brotli: true, setHeaders }) };
  });
  const server = createServer((request, response) => route(sites, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

type Handle = ReturnType<typeof sirv>;

function route(
  sites: readonly { path: string; handle: Handle }[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = request.url ?? '/';
  for (const { path, handle } of sites) {
    if (path !== '/' && url.split('?')[0] === path.slice(0, -1)) {
      response.writeHead(308, { location: path }).end();
      return;
    }
    if (!url.startsWith(path)) continue;
    request.url = url.slice(path.length - 1);
    handle(request, response, () => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    });
    return;
  }
}

/** Hashed assets never change; everything else is asked for again, so that an update is seen at once. */
function setHeaders(response: ServerResponse, pathname: string): void {
  const hashed = /\/assets\/.*-[\w-]{8}\.\w+$/.test(pathname);
  response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('x-content-type-options', 'nosniff');
}

if (import.meta.main) {
  const server = await serve(Number(process.env.PORT ?? 4173));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  console.log(`Rivulet is at http://localhost:${port}/`);
}
