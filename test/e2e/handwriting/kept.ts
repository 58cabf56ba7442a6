/** What the page's database holds of what the reader learned. */
import type { Page } from '@playwright/test';

export interface KeptLearned {
  readonly base: string;
  readonly sha256: string;
  readonly onnx: Uint8Array;
  readonly words?: number;
}

export async function keptLearned(page: Page): Promise<KeptLearned | undefined> {
  // Bytes cross to the test as a string.
  const kept = await page.evaluate(
    () =>
      new Promise<(Omit<KeptLearned, 'onnx'> & { onnx: string }) | undefined>((resolve, reject) => {
        const opening = indexedDB.open('rivulet-handwriting');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const now = opening.result.transaction('learned').objectStore('learned').get('now');
          now.onerror = () => reject(now.error);
          now.onsuccess = () => {
            opening.result.close();
            const { result } = now;
            resolve(result && { ...result, delta: undefined, onnx: result.onnx.toBase64() });
          };
        };
      }),
  );
  return kept && { ...kept, onnx: new Uint8Array(Buffer.from(kept.onnx, 'base64')) };
}
