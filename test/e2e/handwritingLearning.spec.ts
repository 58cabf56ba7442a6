/** The page gets used to its writer's hand: from words they corrected and confirmed, by their leave, and back again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { type AdaptedFiles, createAdapter } from '@rivulet/training/adapt';
import { placed, type RealWord, realWords } from '../fixtures/realWords.ts';
import { RealTabs } from './adapt/realTabs.ts';
import { inkFile, models, placeOf, readInNode } from './handwriting/columns.ts';
import { expectLearningKept, expectOfflineReady, expectRead, open, textOf } from './handwriting/desk.ts';
import { keptLearned } from './handwriting/kept.ts';
import { write } from './handwriting/realInk.ts';

/** Words of unseen writers; the fixture has ten of each. */
const lent = realWords.slice(0, 30);
/** Others, of which some are read otherwise by whoever learned from those. */
const others = realWords.slice(42, 54);
async function writeAll(page: Page, words: readonly RealWord[]): Promise<void> {
  for (const [i, word] of words.entries()) await write(page, placed(word, placeOf(word, i)));
  await expectRead(page);
}

/** As a person would: tap the wrong word, type what it is. */
async function correct(page: Page, words: readonly RealWord[]): Promise<void> {
  for (const [i, { label }] of words.entries()) {
    const word = page.getByTestId('recognised-text').getByRole('button').nth(i);
    if ((await word.textContent()) === label) continue;
    await word.click();
    await page.getByLabel('Type the word').click();
    await page.getByLabel('What the word is').fill(label);
    await page.keyboard.press('Enter');
    await expect(word).toHaveText(label);
  }
}

async function openLearning(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('button', { name: 'Learn my handwriting' }).click();
  await expect(page.getByTestId('learn-words')).toBeVisible();
}

const takeFile = (page: Page, bytes: Uint8Array) =>
  page.getByTestId('import-learned').setInputFiles({
    ...{ name: 'my-handwriting.rvdelta', mimeType: 'application/octet-stream' },
    buffer: Buffer.from(bytes),
  });
const learned = (page: Page) => page.getByTestId('learned');
const button = (page: Page) => page.getByTestId('learn');

async function importInk(page: Page, words: readonly RealWord[]): Promise<void> {
  // By the button: a key that is pressed before the page listens is lost.
  await page.getByRole('button', { name: 'Export and import' }).click();
  const buffer = Buffer.from(inkFile(words));
  await page
    .getByTestId('import-ink')
    .setInputFiles({ name: 'a.ink.json', mimeType: 'application/json', buffer });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expectRead(page);
}

async function confirmPage(page: Page): Promise<void> {
  await openLearning(page);
  await page.getByRole('button', { name: 'Every word of this page is right' }).click();
  await expect(page.getByTestId('learn-words')).toHaveText('30 words to learn from');
}

test('learns from corrected words, reads with what it learned, and takes it back', async ({
  page,
  browser,
  context,
}) => {
  test.setTimeout(300_000);
  await open(page);
  await writeAll(page, lent);
  await correct(page, lent);
  await confirmPage(page);
  await expect(button(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('learn-progress')).toContainText('Learning…', { timeout: 60_000 });
  await expect(page.getByTestId('learn-outcome')).toContainText('Done.', { timeout: 180_000 });
  await expect(learned(page)).toContainText('Learned from 30 words');
  await expect(learned(page)).not.toContainText('renewed');

  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const file = readFileSync((await (await saving).path())!);
  await page.keyboard.press('Escape');
  const kept = (await keptLearned(page))!;
  expect(kept).toMatchObject({ words: 30 });
  // What it was told stays as it was told.
  expect((await textOf(page))!.split(/\s+/)).toEqual(lent.flatMap(({ label }) => label.split(/\s+/)));

  await page.keyboard.press('Alt+n');
  await expect(page.getByTestId('recognised-text')).toHaveClass(/placeholder/);
  await writeAll(page, others);
  const [now, before] = [await readInNode(others, kept), await readInNode(others, undefined)];
  expect(now).not.toBe(before);
  expect(await textOf(page)).toBe(now);
  await page.reload();
  await expectRead(page);
  expect(await textOf(page)).toBe(now);
  await expectOfflineReady(page);
  await context.setOffline(true);
  await page.reload();
  await expectRead(page);
  expect(await textOf(page)).toBe(now);
  await context.setOffline(false);

  // Another device: the same file gives the same reader, and no other file does.
  const elsewhere = await (await browser.newContext()).newPage();
  await open(elsewhere);
  await openLearning(elsewhere);
  await expect(learned(elsewhere)).toHaveText('Nothing yet.');
  await takeFile(elsewhere, file);
  await expect(learned(elsewhere)).toContainText('Brought from a file');
  expect((await keptLearned(elsewhere))!.onnx).toEqual(kept.onnx);
  await elsewhere.keyboard.press('Escape');
  await writeAll(elsewhere, others);
  expect(await textOf(elsewhere)).toBe(now);
  await elsewhere.context().close();

  await openLearning(page);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(learned(page)).toHaveText('Nothing yet.');
  await expect(button(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expectRead(page);
  await expect(page.getByTestId('recognised-text')).toHaveText(before);
  expect(await keptLearned(page)).toBeUndefined();
});

for (const [device, colorScheme, viewport] of [
  ['tablet', 'light', { width: 1180, height: 820 }],
  ['phone', 'dark', { width: 390, height: 844 }],
] as const) {
  test(`is cancelled at once, and keeps nobody out (${device}, ${colorScheme})`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(viewport);
    const check = async (view: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
    };
    await open(page);
    await importInk(page, lent.slice(0, 5));
    await openLearning(page);
    await expect(page.getByTestId('learn-words')).toHaveText('0 of the 30 words that it needs');
    await expect(button(page)).toHaveAttribute('aria-disabled', 'true');
    await check('too few words');
    await button(page).press('Enter');
    await expect(page.getByTestId('learn-progress')).toHaveCount(0);
    await page.keyboard.press('Escape');
    // Keys are the dialog's own until it has gone.
    await expect(page.getByRole('dialog')).toHaveCount(0);

    await importInk(page, lent);
    await confirmPage(page);
    const learn = async () => {
      await button(page).press('Enter');
      await expect(page.getByTestId('learn-progress')).toContainText('Learning…', { timeout: 60_000 });
    };
    await learn();
    await button(page).press('Enter');
    await expect(page.getByTestId('learn-progress')).toHaveCount(0);
    await expect(button(page)).toBeFocused();
    await expect(learned(page)).toHaveText('Nothing yet.');
    expect(await keptLearned(page)).toBeUndefined();
    // Last: on a busy machine it may have learned before all is looked at.
    await learn();
    await check('learning');
  });
}

test('says how many words are missing where it cannot learn from all of them', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page);
  await importInk(page, lent);
  await correct(
    page,
    lent.slice(0, 2).map((word) => ({ ...word, label: `${word.label}é` })),
  );
  await confirmPage(page);
  await button(page).press('Enter');
  await expect(page.getByTestId('learn-outcome')).toHaveText(
    'Only 28 words are left to learn from, and it needs 30, so nothing was changed. 2 words were passed over: they have characters that the reader does not know, or too little ink.',
    { timeout: 60_000 },
  );
  await expect(page.getByTestId('learn-words')).toHaveText('28 of the 30 words that it needs');
  await expect(button(page)).toHaveAttribute('aria-disabled', 'true');
  expect(await keptLearned(page)).toBeUndefined();

  // Once there are others, it is said no longer.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await correct(page, lent.slice(0, 2));
  await openLearning(page);
  await expect(page.getByTestId('learn-words')).toHaveText('30 words to learn from');
  await expect(page.getByTestId('learn-outcome')).toBeEmpty();
});

test('a word of any length stays within the dialog of a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await importInk(page, lent.slice(0, 2));
  await correct(page, [{ ...lent[0]!, label: 'long'.repeat(20) }]);
  await openLearning(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('longlong');
  const right = (locator: Locator) => locator.evaluate((element) => element.getBoundingClientRect().right);
  expect(await right(dialog.locator('blockquote'))).toBeLessThan(await right(dialog));
});

test('a tab that is hidden waits, and goes on learning once it is seen', async ({ baseURL }) => {
  test.setTimeout(300_000);
  const browser = await RealTabs.open();
  try {
    const tab = await browser.tab(`${baseURL}/handwriting/`);
    const textAt = (selector: string) =>
      tab.run((selector) => document.querySelector(selector)?.textContent ?? '', selector);
    const press = async (selector: string, text: string) => {
      await expect
        .poll(() =>
          tab.run(
            ([selector, text]) => {
              const all = [...document.querySelectorAll<HTMLElement>(selector!)];
              const found = all.find((one) => `${one.ariaLabel} ${one.textContent}`.includes(text!));
              found?.click();
              return found !== undefined;
            },
            [selector, text],
          ),
        )
        .toBe(true);
    };
    await press('button', 'Export and import');
    await expect.poll(() => textAt('dialog')).toContain('Import ink');
    await tab.run((ink) => {
      const input = document.querySelector<HTMLInputElement>('[data-testid="import-ink"]')!;
      const files = new DataTransfer();
      files.items.add(new File([ink], 'a.ink.json'));
      input.files = files.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }, inkFile(lent));
    await expect.poll(() => textAt('[data-testid="recognised-text"]')).toContain('circle');
    await press('button', 'Help');
    await press('dialog button', 'Learn my handwriting');
    await press('dialog button', 'Every word of this page is right');
    await expect.poll(() => textAt('[data-testid="learn-words"]')).toContain('30 words to learn from');
    await press('dialog button', 'Learn now');
    await expect.poll(() => textAt('[data-testid="learn-progress"]')).toContain('Learning…');
    await browser.tab('about:blank');
    await expect.poll(() => textAt('[data-testid="learn-progress"]')).toContain('Waiting');
    await tab.toFront();
    await expect.poll(() => textAt('[data-testid="learn-progress"]')).toContain('Learning…');
    await expect
      .poll(() => textAt('[data-testid="learn-outcome"]'), { timeout: 200_000 })
      .toContain('put aside');
  } finally {
    await browser.close();
  }
});

let delta: Uint8Array;
let foreign: Uint8Array;
let renewed: AdaptedFiles;
test.beforeAll(async () => {
  test.setTimeout(240_000);
  const words = lent.slice(0, 20).map(({ label, strokes }) => ({ label, ink: strokes }));
  const learn = async (dtype: 'int8' | 'float32') => {
    const adapter = await createAdapter(join(models, 'handwriting-en'), { dtype });
    await adapter.adapt(words, { epochs: 1, margin: 0, learningRate: 1e-3 });
    const made = { delta: (await adapter.exportDelta())!, files: await adapter.files() };
    adapter.dispose();
    return made;
  };
  ({ delta, files: renewed } = await learn('int8'));
  ({ delta: foreign } = await learn('float32'));
});

test('learns without a network, once a first visit was online', async ({ page, context }) => {
  await open(page);
  await expectOfflineReady(page);
  await expectLearningKept(page);
  await context.setOffline(true);
  await page.reload();
  await openLearning(page);
  await takeFile(page, delta);
  await expect(learned(page)).toContainText('Brought from a file', { timeout: 60_000 });
});

test.describe('what can go wrong', () => {
  // What the routes below answer must reach the page: no service worker stands between them.
  test.use({ serviceWorkers: 'block' });

  test('a file that is torn or of another model, and a device without room, change nothing', async ({
    page,
  }) => {
    await open(page);
    await openLearning(page);
    const alert = page.getByRole('dialog').getByRole('alert');
    await takeFile(page, delta.subarray(0, delta.length - 1));
    await expect(alert).toContainText('cannot be read');
    await takeFile(page, foreign);
    await expect(alert).toContainText('another model');
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      const storage = window as typeof window & { full: boolean };
      storage.full = true;
      IDBObjectStore.prototype.put = function (...args) {
        if (storage.full) throw new DOMException('full', 'QuotaExceededError');
        return put.apply(this, args);
      };
    });
    await takeFile(page, delta);
    await expect(alert).toContainText('storage of this device is full');
    await expect(learned(page)).toHaveText('Nothing yet.');
    expect(await keptLearned(page)).toBeUndefined();
    await page.evaluate(() => Object.assign(window, { full: false }));
    await takeFile(page, delta);
    await expect(learned(page)).toContainText('Brought from a file');
    await expect(alert).toHaveCount(0);
  });

  test('without a network it says what is missing, and learns once there is one', async ({
    page,
    context,
  }) => {
    await open(page);
    await openLearning(page);
    await context.setOffline(true);
    await takeFile(page, delta);
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Check the connection');
    await context.setOffline(false);
    await takeFile(page, delta);
    await expect(learned(page)).toContainText('Brought from a file');
  });

  test('is cancelled at once while what it needs is still on its way', async ({ page }) => {
    // Never answered, as by a network that has stalled.
    await page.route('**/adaptWorker-*', () => {});
    await open(page);
    await importInk(page, lent);
    await confirmPage(page);
    await button(page).press('Enter');
    await expect(page.getByTestId('learn-progress')).toContainText('Getting ready');
    await button(page).press('Enter');
    await expect(page.getByTestId('learn-progress')).toHaveCount(0);
    await expect(learned(page)).toHaveText('Nothing yet.');
    await expect(page.getByRole('dialog').getByRole('alert')).toHaveCount(0);
  });

  test('a renewed model reads by itself, and the page says that it has to learn again', async ({ page }) => {
    await open(page);
    await openLearning(page);
    await takeFile(page, delta);
    await expect(learned(page)).toContainText('Brought from a file');
    await expect(learned(page)).not.toContainText('renewed');
    await page.route('**/manifest.json', (route) => route.fulfill({ json: renewed.manifest }));
    await page.route('**/model.int8.onnx', (route) => route.fulfill({ body: Buffer.from(renewed.onnx) }));
    await page.reload();
    await writeAll(page, others);
    expect(await textOf(page)).toBe(
      await readInNode(others, { sha256: renewed.manifest.files.int8.sha256, onnx: renewed.onnx }),
    );
    await openLearning(page);
    await expect(learned(page)).toContainText('renewed since');
    // The file was learned from the model before.
    await takeFile(page, delta);
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('another model');
  });

  test('notes that an earlier version of the page kept are there', async ({ page }) => {
    await page.goto('/handwriting/icons/icon.svg');
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const opening = indexedDB.open('rivulet-handwriting', 1);
          opening.onerror = () => reject(opening.error);
          opening.onupgradeneeded = () => {
            const { result } = opening;
            const notes = result.createObjectStore('notes', { keyPath: 'id' });
            result.createObjectStore('ink', { keyPath: ['note', 'stroke', 'part'] });
            notes.put({ id: 'old', created: 1, updated: 1, text: '', choices: {} });
          };
          opening.onsuccess = () => {
            opening.result.close();
            resolve();
          };
        }),
    );
    await open(page);
    await page.getByTestId('notes-toggle').click();
    await expect(page.getByRole('navigation', { name: 'Notes' })).toContainText('Note of');
    await expect(page.getByTestId('error-banner')).toHaveCount(0);
  });
});
