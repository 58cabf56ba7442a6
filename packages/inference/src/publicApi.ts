/**
 * The names that web.ts and node.ts both export, made for a platform: written once, so they cannot differ, and each
 * by a function of its own, so that a bundle has only those that a page uses.
 */
import { RivuletError, shown } from '@rivulet/core';
import { Forecaster } from './forecaster/forecaster.ts';
import type { LoadOptions } from './load/modelCache.ts';
import type { LoadProgress, WeightType } from './load/modelFolder.ts';
import { type LoadModelOptions, Model } from './model.ts';
import { type HandwritingFunctions, handwritingFunctions } from './recogniser/handwritingFunctions.ts';
import type { ServiceOptions } from './worker/api.ts';
import type { ServiceClient } from './worker/client.ts';

export interface LoadForecasterOptions extends Pick<ServiceOptions, 'engine' | 'variant'>, LoadOptions {
  /** Default: int8 weights, with the activations that they were trained for. */
  readonly dtype?: WeightType | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export interface PublicApi extends HandwritingFunctions {
  /**
   * Loads any ONNX file: by URL or path, or from its bytes, which must then stay as they are until it is disposed:
   * should the worker die, they are loaded again.
   * @throws ARGUMENT, MODEL_NOT_FOUND, MODEL_FETCH, MODEL_TOO_LARGE, ONNX_PARSE, ONNX_UNSUPPORTED, ENGINE_UNAVAILABLE,
   *   OUT_OF_MEMORY, ABORTED. Nothing of a failure is kept: calling again tries again.
   */
  loadModel(source: string | URL | Uint8Array, options?: LoadModelOptions): Promise<Model>;
  /**
   * Loads a forecaster's folder. @throws as loadModel does, and MANIFEST_INVALID, MODEL_HASH, MODEL_SHAPE, FEATURE_VERSION
   */
  loadForecaster(folder: string | URL, options?: LoadForecasterOptions): Promise<Forecaster>;
}

export interface Platform {
  readonly client: ServiceClient;
  /** Makes an address whole: against the page on the web, as a path in Node. */
  readonly resolve: (location: string | URL) => string;
}

export function modelLoader({ client, resolve }: Platform): PublicApi['loadModel'] {
  return async (source, options = {}) => {
    // By name: another realm's bytes (a frame's) are of another class.
    const isBytes = ArrayBuffer.isView(source) && source[Symbol.toStringTag] === 'Uint8Array';
    const location = isBytes ? readable(source) : locate(resolve, source);
    return new Model(await client.open('model', location, options));
  };
}

/** What is shared with others no digest takes; of what was handed away nothing is left. */
function readable(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return new Uint8Array();
  return bytes.buffer[Symbol.toStringTag] === 'SharedArrayBuffer' ? bytes.slice() : bytes;
}

export function forecasterLoader({ client, resolve }: Platform): PublicApi['loadForecaster'] {
  return async (folder, options = {}) =>
    new Forecaster(await client.open('forecaster', locate(resolve, folder), options));
}

export function recognizerCreator(platform: Platform): PublicApi['createHandwritingRecognizer'] {
  return handwriting(platform).createHandwritingRecognizer;
}

export function recognizerQuery(platform: Platform): PublicApi['queryHandwritingRecognizer'] {
  return handwriting(platform).queryHandwritingRecognizer;
}

function handwriting({ client, resolve }: Platform): HandwritingFunctions {
  return handwritingFunctions({
    async manifest(folder, { signal, fetch, cache }) {
      const remote = await client.open('folder', locate(resolve, folder), { signal, fetch, cache });
      try {
        return await remote.call('manifest', [], { signal });
      } finally {
        await remote.dispose();
      }
    },
    recogniser: (folder, languages, { engine, dtype, signal, onProgress, fetch, cache }) =>
      client.open('recogniser', locate(resolve, folder), {
        ...{ languages, engine, dtype, signal, onProgress, fetch, cache },
      }),
  });
}

/** @throws ARGUMENT for what is no address */
export function locate(resolve: Platform['resolve'], location: unknown): string {
  if (typeof location === 'string' || location instanceof URL) return resolve(location);
  const got = shown(location);
  throw new RivuletError('ARGUMENT', `a model is given by its address or as a Uint8Array, got ${got}`, {
    location: got,
  });
}
