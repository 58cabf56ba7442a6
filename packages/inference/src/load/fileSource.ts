/** Where a load's files come from. */
import type { ModelCache } from './modelCache.ts';
import type { ReadBytes } from './readBytes.ts';

export interface FileSource {
  readonly read: ReadBytes;
  readonly cache?: OwnCache | undefined;
}

export interface OwnCache extends ModelCache {
  /**
   * A file will be asked for soon. A browser takes 10 ms to open its cache for the first time, in processes that are
   * just starting a worker: whoever may never ask should not have it do so.
   */
  prepare?(): void;
}
