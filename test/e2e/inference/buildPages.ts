/** Pages of somebody else that import the inference package, built as its developer would. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

/** @returns the folder, the caller's to delete */
export async function buildPages(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-page-'));
  const root = import.meta.dirname;
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
