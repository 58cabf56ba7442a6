/**
 * A Vite plugin that puts the files a page loads of each of its models beside the page, as `models/<name>/`: emitted
 * by the build, served in development.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const FILES = ['manifest.json', 'model.int8.onnx'];
/** What a model is adapted by, beside these. */
const RECIPE = 'train.json';

/**
 * @param models the repository's folder of models, with a closing slash
 * @param names of those to bring
 * @param adapts whether the page lets its models learn
 */
export function modelFiles(models: URL, names: readonly string[], adapts: boolean): Plugin {
  const files = names.flatMap((name) =>
    [...FILES, ...(adapts ? [RECIPE] : [])].map((file) => ({
      address: `models/${name}/${file}`,
      path: fileURLToPath(new URL(`${name}/${file}`, models)),
    })),
  );
  return {
    name: 'rivulet-model-files',
    generateBundle() {
      for (const { address, path } of files) {
        if (existsSync(path)) this.emitFile({ type: 'asset', fileName: address, source: readFileSync(path) });
        else this.warn(`${address} is missing: train the model, or the page will say that it has none`);
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const wanted = request.url?.split('?')[0] ?? '';
        const file = files.find(({ address }) => wanted.endsWith(`/${address}`));
        if (!file || !existsSync(file.path)) return next();
        response.setHeader(
          'content-type',
          file.path.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        );
        response.end(readFileSync(file.path));
      });
    },
  };
}
