/** Everything that can go wrong under a writer's pen: each gets a sentence, a way back, and no ink is lost. */
import { expect, type Page, test } from '@playwright/test';
import { expectRead, keptStrokes, open, plainWord, textOf, writeWord } from './handwriting/desk.ts';

// What the routes below answer must reach the page: no service worker stands between them.
test.use({ serviceWorkers: 'block' });

const banner = (page: Page) => page.getByTestId('error-banner');
const retry = (page: Page) => banner(page).getByRole('button', { name: 'Try again' });

for (const [fault, code, sentence, answer] of [
  ['is missing', 'MODEL_NOT_FOUND', /missing/, () => ({ status: 404 })],
  ['is cut off', 'MODEL_HASH', /incomplete/, (model: Buffer) => ({ body: model.subarray(0, 90_000) })],
  ['has a wrong byte', 'MODEL_HASH', /incomplete/, (model: Buffer) => ({ body: flipped(model, 50_000) })],
] as const) {
  test(`the model ${fault}: writing goes on, and trying again reads it`, async ({ page }) => {
    await page.route('**/model.int8.onnx', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: {}, ...answer(await response.body()) });
    });
    await open(page);
    await expect(banner(page)).toHaveAttribute('data-code', code);
    await expect(banner(page)).toContainText(sentence);
    await expect(banner(page)).toContainText('go on writing');
    await writeWord(page);
    await expect.poll(() => keptStrokes(page)).toHaveLength(plainWord.strokes.length);
    await expectRead(page);
    expect(await textOf(page)).toBe('');

    await page.unroute('**/model.int8.onnx');
    await retry(page).click();
    await expect.poll(() => textOf(page)).not.toBe('');
    await expect(banner(page)).toHaveCount(0);
  });
}

test('a damaged description of the model is named as such', async ({ page }) => {
  await page.route('**/manifest.json', (route) => route.fulfill({ body: '{"format": 1, "name": ' }));
  await open(page);
  await expect(banner(page)).toHaveAttribute('data-code', 'MANIFEST_INVALID');
  await expect(banner(page)).toContainText('damaged');
});

test('the worker is killed between two words: it comes back by itself', async ({ page }) => {
  await open(page);
  await writeWord(page);
  await expectRead(page);
  await page
    .workers()
    .find((worker) => /worker-/.test(worker.url()))!
    .evaluate(() => self.close());
  await writeWord(page, plainWord, 1);
  await expectRead(page);
  expect((await textOf(page))?.trim().split(/\s+/)).toHaveLength(2);
  await expect(banner(page)).toHaveCount(0);
});

test('the storage is full: the page says so, goes on in memory, and keeps everything once there is room', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    const storage = window as typeof window & { full: boolean };
    storage.full = true;
    IDBObjectStore.prototype.put = function (...args) {
      if (storage.full) throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    };
  });
  await open(page);
  await writeWord(page);
  await expectRead(page);
  expect(await textOf(page)).not.toBe('');
  await expect(banner(page)).toHaveAttribute('data-code', 'STORAGE_FULL');
  await expect(banner(page)).toContainText('lost when this page closes');
  expect(await keptStrokes(page)).toHaveLength(0);
  await retry(page).click();
  await expect(banner(page)).toBeVisible();

  // Room, and a second word before the first one is brought after it.
  await page.evaluate(() => Object.assign(window, { full: false }));
  await writeWord(page, plainWord, 1);
  await retry(page).click();
  await expect(banner(page)).toHaveCount(0);
  await expect.poll(() => keptStrokes(page)).toHaveLength(2 * plainWord.strokes.length);
  await expectRead(page);
  const text = await textOf(page);
  await page.reload();
  await expect(page.getByTestId('recognised-text')).toHaveText(text!);
});

test('a browser that keeps nothing at all can still be written in', async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  });
  await open(page);
  await writeWord(page);
  await expectRead(page);
  expect(await textOf(page)).not.toBe('');
  await expect(banner(page)).toContainText('keeps no data');
});

test('a message that comes while the pen is down does not move the paper', async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await open(page);
  const top = async () => (await page.getByTestId('ink-surface').boundingBox())!.y;
  const before = await top();
  await writeWord(page, { ...plainWord, strokes: plainWord.strokes.slice(0, 1) }, 0, { keepDown: true });
  await page.waitForTimeout(400);
  expect(await top()).toBe(before);
  await page.getByTestId('ink-surface').dispatchEvent('pointerup', { pointerId: 7, pointerType: 'pen' });
  await expect(banner(page)).toBeVisible();
});

test('ink that is there with the paper is kept and read, however early', async ({ page }) => {
  await page.addInitScript(() => {
    const press = (surface: Element, type: string, x: number, y: number) =>
      surface.dispatchEvent(
        new PointerEvent(type, {
          ...{ pointerId: 7, pointerType: 'pen', isPrimary: true, bubbles: true, cancelable: true },
          ...{ clientX: x, clientY: y, pressure: 0.5, buttons: 1 },
        }),
      );
    new MutationObserver((_, observer) => {
      const surface = document.querySelector('[data-testid=ink-surface]');
      if (!surface) return;
      observer.disconnect();
      press(surface, 'pointerdown', 100, 300);
      for (let y = 300; y < 350; y += 5) press(surface, 'pointermove', 100, y);
      press(surface, 'pointerup', 100, 350);
    }).observe(document, { childList: true, subtree: true });
  });
  await open(page);
  await expect.poll(() => keptStrokes(page)).toHaveLength(1);
  await expectRead(page);
  expect(await textOf(page)).not.toBe('');
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}
