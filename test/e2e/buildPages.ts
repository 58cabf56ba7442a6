/** Pages of somebody else that import packages of ours, built as their developer would. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/**
 * @param from the folder of the pages
 * @returns the folder that was built, the caller's to delete
 */
export async function buildPages(
  names: readonly string[],
  from = new URL('./inference/', import.meta.url),
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-page-'));
  const root = fileURLToPath(from);
  await build({
    ...{ root, base: './', configFile: false, logLevel: 'warn', publicDir: false },
    worker: { format: 'es' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      rollupOptions: { input: names.map((name) => join(root, `${name}.html`)) },
    },
  });
  return folder;
}
