/** The entry for Node: the same names, models in this process, locations are paths, file URLs or http URLs. */
import { warmInferKernels } from '@rivulet/kernels/infer';
import { sealResults } from './engine/fused/smallResults.ts';
import { provideOrt } from './engine/ortLoader.ts';
import type { ModelFolder } from './load/modelFolder.ts';
import { type OpenFolderOptions, openModelFolder as openFolder } from './load/openModelFolder.ts';
import { readFileBytes } from './load/readFileBytes.ts';
import {
  forecasterLoader,
  locate,
  modelLoader,
  type Platform,
  recognizerCreator,
  recognizerQuery,
} from './publicApi.ts';
import { apart } from './worker/apart.ts';
import { callerFiles } from './worker/callerFiles.ts';
import { checkOptions } from './worker/checkOptions.ts';
import { ServiceClient } from './worker/client.ts';
import { localConnection } from './worker/localConnection.ts';

export type { ModelFolder } from './load/modelFolder.ts';
export * from './publicNames.ts';

provideOrt(() =>
  import('onnxruntime-web/wasm').catch((cause) => {
    // Caught on the spot: esbuild then bundles on where this optional package is not installed.
    throw cause;
  }),
);

// Here results reach the caller as the engine made them.
sealResults((buffer) => process.getBuiltinModule('node:worker_threads').markAsUntransferable(buffer));

const client = new ServiceClient(() => {
  // The kernels compile while the first model is read: whatever it is, they are the same.
  warmInferKernels();
  return localConnection(readFileBytes);
});

const platform: Platform = { client, resolve: String };
export const loadModel = /* @__PURE__ */ modelLoader(platform);
export const loadForecaster = /* @__PURE__ */ forecasterLoader(platform);
export const createHandwritingRecognizer = /* @__PURE__ */ recognizerCreator(platform);
export const queryHandwritingRecognizer = /* @__PURE__ */ recognizerQuery(platform);

/** Beyond the web's names: a model folder for tools that look inside it. */
export async function openModelFolder(
  folder: string | URL,
  options: OpenFolderOptions = {},
): Promise<ModelFolder> {
  checkOptions(options);
  const { signal, onProgress, cache } = options;
  const { files, api } = callerFiles({ cache });
  const { borderFiles } = await import('./worker/borderFiles.ts');
  const source = borderFiles({ read: readFileBytes }, files, api);
  return openFolder(locate(String, folder), source.read, {
    ...{ signal, onProgress: onProgress && apart(onProgress), cache: source.cache },
  });
}
