/** The names that web.ts and node.ts both export, made for a platform's client: written once, so they cannot differ. */
import { RivuletError } from '@rivulet/core';
import { Forecaster } from './forecaster/forecaster.ts';
import type { LoadOptions } from './load/modelCache.ts';
import type { LoadProgress, WeightType } from './load/modelFolder.ts';
import { type LoadModelOptions, Model } from './model.ts';
import { type HandwritingFunctions, handwritingFunctions } from './recogniser/handwritingFunctions.ts';
import type { ServiceOptions } from './worker/api.ts';
import type { ServiceClient } from './worker/client.ts';

export interface LoadForecasterOptions extends Pick<ServiceOptions, 'engine' | 'variant'>, LoadOptions {
  /** Weights to run. Default int8. */
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

/** @param resolve makes an address whole: against the page on the web, as a path in Node */
export function publicApi(client: ServiceClient, resolve: (location: string | URL) => string): PublicApi {
  const locate = (location: unknown): string => {
    if (typeof location === 'string' || location instanceof URL) return resolve(location);
    throw new RivuletError('ARGUMENT', `a model is found by its address, got ${location}`, {
      location: String(location),
    });
  };
  return {
    async loadModel(source, options = {}) {
      // By name: another realm's bytes (a frame's) are of another class.
      const isBytes = ArrayBuffer.isView(source) && source[Symbol.toStringTag] === 'Uint8Array';
      const location = isBytes ? source : locate(source);
      const remote = await client.open('model', location, options);
      try {
        return new Model(remote, await remote.call('info', [], { signal: options.signal }));
      } catch (error) {
        await remote.dispose();
        throw error;
      }
    },

    async loadForecaster(folder, options = {}) {
      return new Forecaster(await client.open('forecaster', locate(folder), options));
    },

    ...handwritingFunctions({
      async manifest(folder, { signal, fetch, cache }) {
        const remote = await client.open('folder', locate(folder), { signal, fetch, cache });
        try {
          return await remote.call('manifest', [], { signal });
        } finally {
          await remote.dispose();
        }
      },
      recogniser: (folder, languages, { engine, dtype, signal, onProgress, fetch, cache }) =>
        client.open('recogniser', locate(folder), {
          ...{ languages, engine, dtype, signal, onProgress, fetch, cache },
        }),
    }),
  };
}
