import { modelFiles } from '@rivulet/shell/build/modelFiles.ts';
import { precompress } from '@rivulet/shell/build/precompress.ts';
import { prefetch } from '@rivulet/shell/build/prefetch.ts';
import { themeAtOnce } from '@rivulet/shell/build/themeAtOnce.ts';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Relative addresses throughout: the page works under any path it is served from. */
export default defineConfig({
  base: './',
  plugins: [
    modelFiles(new URL('../../models/', import.meta.url), ['handwriting-en']),
    themeAtOnce(),
    prefetch(/assets\/(worker|inkRecogniser|checkManifest)-.*\.js$|^models\//),
    precompress(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false,
      strategies: 'generateSW',
      manifest: {
        id: './',
        name: 'Rivulet handwriting',
        short_name: 'Handwriting',
        description: 'Write with pen, finger or mouse; the words become text while the pen still moves.',
        lang: 'en',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#f3f6f6',
        theme_color: '#0f6f78',
        categories: ['productivity', 'utilities'],
        icons: [
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: 'icons/icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{html,js,css,wasm,svg,png,json,onnx,webmanifest}'],
        // onnxruntime is there for models of others; this page's own runs on the fused engine.
        globIgnores: ['**/ort-*', '**/ort.*', '**/seriesForecaster-*'],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        cleanupOutdatedCaches: true,
        clientsClaim: true,
      },
    }),
  ],
  worker: { format: 'es' },
  build: { outDir: 'dist', emptyOutDir: true, modulePreload: false, target: 'es2022' },
});
