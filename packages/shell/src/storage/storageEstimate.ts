/** How much of the device's storage this site uses, and whether the browser has promised to keep it. */

export interface StorageEstimate {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** The browser will not clear it by itself. */
  readonly persistent: boolean;
}

/** Undefined where the browser does not say. */
export async function storageEstimate(): Promise<StorageEstimate | undefined> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    if (usage === undefined || !quota) return undefined;
    return { usedBytes: usage, quotaBytes: quota, persistent: await navigator.storage.persisted() };
  } catch {
    return undefined;
  }
}

/** Asks the browser not to clear this site's data. Chromium and Safari decide silently. */
export async function persistStorage(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}
