/** Where files of models are kept between visits. */
import type { Fetch } from './fetchBytes.ts';

/**
 * By address, one version each. On the web it is Cache Storage (storageCache.ts) unless the caller brings one or
 * wants none. What it throws is taken as if it held nothing: a cache that fails costs a download and no load.
 */
export interface ModelCache {
  /**
   * @param sha256 hexadecimal, of the version that is wanted; undefined for whatever was put without one
   * @returns undefined where that version is not held
   */
  get(location: string, sha256?: string): Promise<Uint8Array | undefined>;
  /** Takes the place of every other version of that address. */
  put(location: string, bytes: Uint8Array, sha256?: string): Promise<void>;
}

/** How a model's files are found; each load may have its own. */
export interface LoadOptions {
  /** Fetches in place of the platform's `fetch`, and runs where it was made: in the page, not in the worker. */
  readonly fetch?: Fetch | undefined;
  /** `default`: Cache Storage on the web where there is one, nothing in Node. */
  readonly cache?: 'default' | 'none' | ModelCache | undefined;
}
