/** Puts the two files of a model that a page loads beside the page: emitted by the build, served in development. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const FILES = ['manifest.json', 'model.int8.onnx'];

/** @param folder of the model on disk. @param address under the page's base, with a closing slash. */
export function modelFiles(folder: string, address: string): Plugin {
  return {
    name: 'rivulet-model-files',
    generateBundle() {
      for (const file of FILES) {
        const path = join(folder, file);
        if (!existsSync(path)) {
          this.warn(`${path} is missing: the page will show values without forecasts. Train it first.`);
          continue;
        }
        this.emitFile({ type: 'asset', fileName: address + file, source: readFileSync(path) });
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = FILES.find((name) => request.url?.split('?')[0]?.endsWith(`/${address}${name}`));
        const path = file && join(folder, file);
        if (!path || !existsSync(path)) return next();
        response.setHeader(
          'content-type',
          file.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        );
        response.end(readFileSync(path));
      });
    },
  };
}
