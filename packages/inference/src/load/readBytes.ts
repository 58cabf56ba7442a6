/** How files are read here: by `fetch` on the web (fetchBytes.ts), from a disk or the web in Node (readFileBytes.ts). */

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive; starts over when the reading does. */
  readonly onProgress?: ((loadedBytes: number, totalBytes: number | undefined) => void) | undefined;
  /** Refuse anything larger, before it fills the memory. Default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** How often to try again after a failure that may pass. Default 2. */
  readonly retries?: number | undefined;
  /** Ask the server whether what the browser holds is still the file. */
  readonly fresh?: boolean | undefined;
}

/** @throws MODEL_NOT_FOUND, MODEL_FETCH, MODEL_TOO_LARGE, ABORTED; nothing of a failure is remembered */
export type ReadBytes = (location: string, options?: ReadOptions) => Promise<Uint8Array>;

/** A model that large runs in no tab. */
export const MAX_BYTES = 2 ** 30;
