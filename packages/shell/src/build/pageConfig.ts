/** The Vite configuration of a page of ours: its models beside it, installable, and offline after the first visit. */
import { fileURLToPath } from 'node:url';
import type { Rolldown, UserConfig } from 'vite';
import { type ManifestOptions, VitePWA } from 'vite-plugin-pwa';
import { modelFiles } from './modelFiles.ts';
import { precompress } from './precompress.ts';
import { prefetch } from './prefetch.ts';
import { themeAtOnce } from './themeAtOnce.ts';

export interface PageOptions {
  /** The repository's folder of models, with a closing slash. */
  readonly models: URL;
  /** Of these, the one the page runs. */
  readonly model: string;
  /** The chunk of the worker that runs such models; the other's stays on the server. */
  readonly service: 'inkRecogniser' | 'seriesForecaster';
  /** Lets its model learn from the person at the page: the model's recipe comes along. */
  readonly adapts?: boolean;
  /** How the worker's code is written. */
  readonly workerOutput: Rolldown.OutputOptions;
  /** Endings of what is kept for offline beyond code, styles, icons and models. */
  readonly keep?: readonly string[];
  /** What an installed page is called and is for. */
  readonly manifest: Partial<ManifestOptions>;
}

/**
 * Chunks that only other pages ask for: isolated ones, those with files of their own, with models of others, or served
 * over plain http, where nothing is kept for offline.
 */
const ON_DEMAND = [
  ...['inkRecogniser', 'seriesForecaster', 'modelStreams', 'operators', 'windows', 'equation', 'otherEngine'],
  ...[
    'ringCaller',
    'serveRings',
    'borderFiles',
    'ortSession',
    'webgpuSession',
    'fasterSession',
    'sha256Here',
  ],
] as const;
/** What the worker asks for before the weights of a model of ours. */
const WORKER_CODE = ['worker', 'manifest', 'rolldown-runtime', 'readKnown', 'storedFiles'];
/** What only learning asks for: kept once the page rests, for a first visit would fetch more for it than for itself. */
const LEARNING = /\/(LearnDialog-|adaptWorker-|web-|train\.)[^/]*$/;
const KEPT = ['html', 'js', 'css', 'wasm', 'svg', 'png', 'json', 'onnx', 'webmanifest'];
const ICONS = [
  { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
  { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
  { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  { src: 'icons/icon.svg', sizes: 'any', type: 'image/svg+xml' },
];

/** Relative addresses throughout: the page works under any path it is served from. */
export function pageConfig(options: PageOptions): UserConfig {
  const { models, model, service, adapts = false, workerOutput, keep = [], manifest } = options;
  // A model that learned comes from the page's own files.
  const used: readonly string[] = [service, ...(adapts ? ['borderFiles'] : [])];
  const unused = ON_DEMAND.filter((name) => !used.includes(name)).map((name) => `**/${name}-*`);
  return {
    base: './',
    plugins: [
      modelFiles(models, [model], adapts),
      themeAtOnce(),
      prefetch(
        new RegExp(
          `assets/(${[...WORKER_CODE, service].join('|')})-.*\\.js$|^models/.*(manifest.json|onnx)$`,
        ),
      ),
      precompress(),
      VitePWA({
        registerType: 'prompt',
        injectRegister: false,
        strategies: 'injectManifest',
        srcDir: fileURLToPath(new URL('../update/', import.meta.url)),
        filename: 'sw.ts',
        manifest: {
          ...{ id: './', start_url: './', scope: './', lang: 'en', display: 'standalone' },
          ...{ background_color: '#f3f6f6', theme_color: '#0f6f78', icons: ICONS },
          ...manifest,
        },
        injectManifest: {
          globPatterns: [`**/*.{${[...KEPT, ...keep].join()}}`],
          // onnxruntime is there for models of others; this page's own runs on the fused engine.
          globIgnores: ['**/ort-*', '**/ort.*', ...unused],
          manifestTransforms: [
            (entries) => ({
              manifest: entries.map((entry) =>
                LEARNING.test(entry.url) ? Object.assign(entry, { later: true }) : entry,
              ),
            }),
          ],
          maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        },
      }),
    ],
    worker: { format: 'es', rolldownOptions: { output: workerOutput } },
    build: { outDir: 'dist', emptyOutDir: true, modulePreload: false, target: 'es2022' },
  };
}
