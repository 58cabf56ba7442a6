/** The handwriting page under a test's hands. */
import { expect, type Page } from '@playwright/test';
import { placed, type RealWord, realWords } from '../../fixtures/realWords.ts';
import { type WriteOptions, write } from './realInk.ts';

export async function open(page: Page): Promise<void> {
  await page.goto('/handwriting/');
  await expect(page.getByTestId('ink-surface')).toBeVisible();
}

/** Everything written has been read. */
export async function expectRead(page: Page): Promise<void> {
  await expect(page.getByTestId('text-box')).toHaveAttribute('aria-busy', 'false');
}

export const textOf = (page: Page) =>
  page
    .getByTestId('recognised-text')
    .evaluate((p) => (p.classList.contains('placeholder') ? '' : p.textContent));

/** A word that any model reads: plain letters, many of them. */
export const plainWord: RealWord = realWords.find(({ label }) => /^[a-z]{6,9}$/.test(label))!;

/** Writes a word in one of the page's lines. */
export async function writeWord(
  page: Page,
  word = plainWord,
  line = 0,
  options: WriteOptions = {},
): Promise<void> {
  await write(page, placed(word, { left: 60, top: 20 + line * 84, height: 56 }), options);
}

/** What the database holds: stroke ids with their number of points, in order. */
export function keptStrokes(page: Page): Promise<[id: string, points: number][]> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('rivulet-handwriting');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction('ink').objectStore('ink').getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => {
            const points = new Map<string, number>();
            for (const { stroke, x } of all.result) points.set(stroke, (points.get(stroke) ?? 0) + x.length);
            opening.result.close();
            resolve([...points]);
          };
        };
      }),
  );
}

/** The page's files are cached and the service worker answers for it. */
export async function expectOfflineReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
    }
  });
}

/** What only learning needs is kept too, which comes once the page rests. */
export async function expectLearningKept(page: Page): Promise<void> {
  const kept = () =>
    page.evaluate(async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith('rivulet-later'));
      const caught = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return caught.flat().map(({ url }) => url);
    });
  for (const part of ['LearnDialog-', 'adaptWorker-', 'train.relaxed-', 'train.json']) {
    await expect.poll(kept, { timeout: 30_000 }).toContainEqual(expect.stringContaining(part));
  }
}
