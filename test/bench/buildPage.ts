/** Builds one of the benches' pages as an app would, into a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workerOutput } from '@rivulet/inference/pack/workerOutput.ts';
import { build } from 'vite';

export interface BuiltPage {
  readonly folder: string;
  dispose(): Promise<void>;
}

export async function buildPage(
  page: 'adapt' | 'border' | 'engine' | 'fresh' | 'fused' | 'memory' | 'stroke' | 'training' | 'webgpu',
): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'));
  const root = fileURLToPath(new URL('./page', import.meta.url));
  await build({
    ...{ root, base: './', configFile: false, logLevel: 'warn', publicDir: false },
    worker: { format: 'es', rolldownOptions: { output: workerOutput } },
    build: { outDir: folder, emptyOutDir: true, rollupOptions: { input: join(root, `${page}.html`) } },
  });
  return { folder, dispose: () => rm(folder, { recursive: true }) };
}
