/** Builds adapt.html as its developer would, and serves it with the shipped models beside it. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { servePage } from '../../bench/servePage.ts';
import { buildPages } from '../buildPages.ts';

const models = fileURLToPath(new URL('../../../models', import.meta.url));

export async function serveAdaptPage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const folder = await buildPages(['adapt'], new URL('./', import.meta.url));
  const files = sirv(models);
  const { url, close } = await servePage(folder, (request, response) => {
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    files(request, response, () => void response.writeHead(404).end());
    return true;
  });
  return {
    url: `${url}adapt.html`,
    async close() {
      close();
      await rm(folder, { recursive: true });
    },
  };
}
