/** Opens `models/<name>/`: reads and checks the manifest, then the weights asked for. */
import { codePart, RivuletError, shown } from '@rivulet/core';
import type { OwnCache } from './fileSource.ts';
import { knownFiles } from './knownFiles.ts';
import { inFolder, manifestAddress } from './manifestAddress.ts';
import type { LoadProgress, ModelFolder } from './modelFolder.ts';
import { MAX_BYTES, type ReadBytes } from './readBytes.ts';
import { readNewest } from './readNewest.ts';

export interface OpenFolderOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Default none. */
  readonly cache?: OwnCache | undefined;
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
  const { signal, onProgress, cache } = options;
  const folder = inFolder(location);
  const address = manifestAddress(location);
  const source = { read, cache };
  const limits = { signal, maxBytes: MANIFEST_BYTES };
  // Only folders have manifests, and to check one takes more code than to read it.
  const code = codePart('readManifest', () => import('./readManifest.ts'));
  code.catch(() => {});
  // Asked for beside it: the weights come next.
  knownFiles().catch(() => {});
  cache?.prepare?.();
  const { value: manifest, keep } = await readNewest(source, address, limits, async (bytes) =>
    (await code).readManifest(bytes, address),
  );
  return {
    manifest,
    async bytes(weights) {
      if (weights !== 'float32' && weights !== 'int8') {
        throw new RivuletError('ARGUMENT', `weights are float32 or int8, got ${shown(weights)}`, { weights });
      }
      const file = manifest.files[weights];
      const { readKnown } = await knownFiles();
      const bytes = await readKnown(source, folder + file.path, file, {
        signal,
        maxBytes: Math.min(MAX_BYTES, file.bytes),
        onProgress: (loadedBytes) => onProgress?.({ file: file.path, loadedBytes, totalBytes: file.bytes }),
      });
      // Not before: offline, the manifest of a version whose weights never came would hide the one that is whole.
      keep();
      return bytes;
    },
  };
}
