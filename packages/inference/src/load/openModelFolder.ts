/** Opens `models/<name>/`: reads and checks the manifest, then the weights asked for. */
import { type Manifest, type ManifestFile, parseManifest, RivuletError } from '@rivulet/core';
import type { LoadProgress, ModelFolder } from './modelFolder.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';
import { sha256 } from './sha256.ts';

export interface OpenFolderOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** A manifest is a few kilobytes; what is much larger is something else. */
const MANIFEST_BYTES = 1 << 20;

/**
 * @param location URL or path of the folder, with or without a closing slash
 * @throws MODEL_NOT_FOUND, MODEL_FETCH, MANIFEST_INVALID (also for a page in place of a manifest), ABORTED
 */
export async function openModelFolder(
  location: string,
  read: ReadBytes,
  options: OpenFolderOptions = {},
): Promise<ModelFolder> {
  const { signal, onProgress } = options;
  const folder = /[/\\]$/.test(location) ? location : `${location}/`;
  const manifest = manifestOf(
    await read(`${folder}manifest.json`, { signal, maxBytes: MANIFEST_BYTES }),
    `${folder}manifest.json`,
  );
  return {
    manifest,
    async bytes(weights) {
      if (weights !== 'float32' && weights !== 'int8') {
        throw new RivuletError('ARGUMENT', `weights are float32 or int8, got ${weights}`, { weights });
      }
      const file = manifest.files[weights];
      const bytes = await read(folder + file.path, {
        signal,
        maxBytes: Math.min(MAX_BYTES, file.bytes),
        onProgress: (loadedBytes) => onProgress?.({ file: file.path, loadedBytes, totalBytes: file.bytes }),
      });
      await checkFile(bytes, file);
      return bytes;
    },
  };
}

function manifestOf(bytes: Uint8Array, location: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RivuletError('MANIFEST_INVALID', `${location} is no JSON`, { location, path: '' }, cause);
  }
  return parseManifest(json);
}

/** @throws MODEL_HASH naming what was expected and what came */
async function checkFile(bytes: Uint8Array, { path, bytes: expectedBytes, sha256: expected }: ManifestFile) {
  if (bytes.length !== expectedBytes) {
    throw new RivuletError(
      'MODEL_HASH',
      `${path} has ${bytes.length} bytes, its manifest says ${expectedBytes}`,
      {
        path,
        expectedBytes,
        gotBytes: bytes.length,
      },
    );
  }
  const got = await sha256(bytes as Uint8Array<ArrayBuffer>);
  if (got !== expected) {
    throw new RivuletError('MODEL_HASH', `${path} is not the file of its manifest`, { path, expected, got });
  }
}
