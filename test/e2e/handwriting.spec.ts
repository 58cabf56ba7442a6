/** The handwriting page as its writers use it: real ink, the shipped model, the built site, and all that can go wrong. */
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { placed, realWords } from '../fixtures/realWords.ts';
import {
  expectOfflineReady,
  expectRead,
  keptStrokes,
  open,
  plainWord,
  textOf,
  writeWord,
} from './handwriting/desk.ts';
import { edits, write } from './handwriting/realInk.ts';

test.describe('reading', () => {
  test('reads real words of unseen writers within the error its manifest states', async ({ page }) => {
    test.setTimeout(180_000);
    const manifest = new URL('../../models/handwriting-en/manifest.json', import.meta.url);
    const { figures } = JSON.parse(readFileSync(manifest, 'utf8'));
    const stated: number = figures['int8.cer'] ?? figures.cer;
    await open(page);
    // Every sixth word: all writers, about 60 words.
    const words = realWords.filter((_, i) => i % 6 === 0);
    let wrong = 0;
    let characters = 0;
    for (const word of words) {
      const height = Math.min(64, 1000 / word.aspect);
      await write(page, placed(word, { left: 40, top: 30, height }));
      await expectRead(page);
      const read = await textOf(page);
      wrong += edits(word.label, read ?? '');
      characters += word.label.length;
      await page.keyboard.press('Delete');
      await expectRead(page);
    }
    const cer = wrong / characters;
    console.log(
      `      ${words.length} words, ${characters} characters: CER ${(100 * cer).toFixed(1)} %, stated ${(100 * stated).toFixed(1)} %`,
    );
    // Sixty words are a small draw: their error spreads by some 2.5 points (one standard deviation).
    expect(cer).toBeLessThan(stated + 0.06);
  });

  test('shows text while the pen is still down', async ({ page }) => {
    await open(page);
    await writeWord(page, plainWord, 0, { keepDown: true });
    await expect.poll(() => textOf(page)).not.toBe('');
  });

  test('takes strokes of a real mouse', async ({ page }) => {
    await open(page);
    const box = (await page.getByTestId('ink-surface').boundingBox())!;
    for (const points of placed(plainWord, { left: 60, top: 30, height: 60 })) {
      await page.mouse.move(box.x + points[0]!, box.y + points[1]!);
      await page.mouse.down();
      for (let i = 2; i < points.length; i += 4)
        await page.mouse.move(box.x + points[i]!, box.y + points[i + 1]!);
      await page.mouse.up();
    }
    await expectRead(page);
    expect(await textOf(page)).not.toBe('');
    expect(await keptStrokes(page)).toHaveLength(plainWord.strokes.length);
  });

  test('offers other readings of a word, keeps the choice, and takes a typed one', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const chips = page
      .getByTestId('alternatives')
      .getByRole('button', { pressed: false })
      .filter({ hasText: /./ });
    const other = (await chips.first().textContent())!;
    expect(other).not.toBe(await textOf(page));
    await chips.first().click();
    await expect(page.getByTestId('recognised-text')).toHaveText(other);
    await page.reload();
    await expect(page.getByTestId('recognised-text')).toHaveText(other);
    await expectRead(page);
    await expect(page.getByTestId('recognised-text')).toHaveText(other);

    await page.getByLabel('Type the word').click();
    await page.getByLabel('What the word is').fill('by hand');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('recognised-text')).toHaveText('by hand');
  });

  test('a palm beside the pen leaves no ink', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await write(page, [[300, 300, 310, 305, 320, 300]], { pointerType: 'touch' });
    await expectRead(page);
    expect(await keptStrokes(page)).toHaveLength(plainWord.strokes.length);
    await page.waitForTimeout(800);
    await write(page, [[300, 300, 310, 305, 320, 300]], { pointerType: 'touch' });
    await expect.poll(async () => (await keptStrokes(page)).length).toBe(plainWord.strokes.length + 1);
  });
});

test.describe('keeping', () => {
  test('reads on without a network, after a reload', async ({ page, context }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const before = await textOf(page);
    await expectOfflineReady(page);
    await context.setOffline(true);
    await page.reload();
    await expect(page.getByTestId('offline')).toBeVisible();
    await expect(page.getByTestId('recognised-text')).toHaveText(before!);
    await writeWord(page, realWords[30], 2);
    await expectRead(page);
    expect((await textOf(page))!.length).toBeGreaterThan(before!.length);
    // Pages that this device does not hold are not walked into.
    await page.getByRole('link', { name: 'Forecast' }).click();
    await expect(page.getByTestId('toasts')).toContainText('Without a network');
    await expect(page).toHaveURL(/handwriting/);
  });

  test('a tab killed in the middle of a stroke loses nothing that was written', async ({ page, context }) => {
    await open(page);
    await writeWord(page, plainWord, 0);
    await writeWord(page, plainWord, 1, { keepDown: true });
    // Parts are written every 100 ms.
    await page.waitForTimeout(300);
    const points = plainWord.strokes.map(({ x }) => x.length);
    const crashed = page.waitForEvent('crash');
    void page.goto('chrome://crash').catch(() => {});
    await crashed;

    const next = await context.newPage();
    await open(next);
    const kept = await keptStrokes(next);
    expect(kept.map(([, count]) => count)).toEqual([...points, ...points]);
    await expectRead(next);
    expect((await textOf(next))?.trim().split(/\s+/).length).toBeGreaterThanOrEqual(2);
  });

  test('several notes: a new one, back to the old one, one deleted and brought back', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const first = (await textOf(page))!;
    await page.keyboard.press('Alt+n');
    await expect(page.getByTestId('recognised-text')).toHaveClass(/placeholder/);
    await writeWord(page, realWords[60]);
    await expectRead(page);

    await page.getByTestId('notes-toggle').click();
    const notes = page.getByRole('navigation', { name: 'Notes' });
    await expect(notes.getByRole('listitem')).toHaveCount(2);
    await notes.getByRole('button', { name: first, exact: false }).first().click();
    await expect(page.getByTestId('recognised-text')).toHaveText(first);
    await notes.getByRole('button', { name: `Delete “${first}”` }).click();
    await expect(notes.getByRole('listitem')).toHaveCount(1);
    await page.getByTestId('toasts').getByRole('button', { name: 'Undo' }).click();
    await expect(notes.getByRole('listitem')).toHaveCount(2);
    await expect(page.getByTestId('recognised-text')).toHaveText(first);
  });

  test('exports text, picture, drawing and ink, and takes the ink back', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const text = (await textOf(page))!;
    const saved: Record<string, Buffer> = {};
    for (const kind of ['Text', 'Picture', 'Drawing', 'Ink'] as const) {
      await page.keyboard.press('Alt+e');
      const download = page.waitForEvent('download');
      await page
        .getByRole('button', { name: kind, exact: false })
        .filter({ hasText: new RegExp(`^${kind}`) })
        .click();
      saved[kind] = readFileSync((await (await download).path())!);
    }
    expect(saved.Text!.toString()).toBe(`${text}\n`);
    expect(saved.Picture!.subarray(1, 4).toString()).toBe('PNG');
    expect(saved.Drawing!.toString().match(/<path /g)).toHaveLength(plainWord.strokes.length);
    const ink = JSON.parse(saved.Ink!.toString());
    expect(ink.strokes).toHaveLength(plainWord.strokes.length);

    await page.keyboard.press('Alt+e');
    await page
      .getByTestId('import-ink')
      .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"format":') });
    await expect(page.getByRole('alert')).toContainText('cannot be read');
    await page
      .getByTestId('import-ink')
      .setInputFiles({ name: 'a.ink.json', mimeType: 'application/json', buffer: saved.Ink! });
    await expect.poll(async () => (await keptStrokes(page)).length).toBe(2 * plainWord.strokes.length);
    await expectRead(page);
    await expect(page.getByTestId('recognised-text')).toHaveText(text);
  });
});

test.describe('hands on the keyboard', () => {
  test('undo, redo, clear and undo again', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const all = plainWord.strokes.length;
    const kept = async () => (await keptStrokes(page)).length;
    await page.keyboard.press('Control+z');
    await expect.poll(kept).toBe(all - 1);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(kept).toBe(all);
    const text = await textOf(page);
    await page.keyboard.press('Delete');
    await expect.poll(kept).toBe(0);
    await expect(page.getByTestId('recognised-text')).toHaveClass(/placeholder/);
    await page.keyboard.press('Control+z');
    await expect.poll(kept).toBe(all);
    await expect(page.getByTestId('recognised-text')).toHaveText(text!);
  });

  test('a cleared page comes back beside what was written since', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await page.keyboard.press('Delete');
    await writeWord(page, realWords[30], 1);
    const undo = page.getByTestId('toasts').getByRole('button', { name: 'Undo' });
    await undo.click();
    const both = plainWord.strokes.length + realWords[30]!.strokes.length;
    await expect.poll(async () => (await keptStrokes(page)).length).toBe(both);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await keptStrokes(page)).length).toBe(realWords[30]!.strokes.length);
  });

  test('the focus comes back to where it was', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const type = page.getByLabel('Type the word');
    await type.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('What the word is')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(type).toBeFocused();

    const toggle = page.getByTestId('notes-toggle');
    await toggle.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Delete/ }).press('Enter');
    await expect(page.getByRole('button', { name: 'New', exact: true })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(toggle).toBeFocused();
    await toggle.press('Enter');
    await expect(page.getByRole('navigation', { name: 'Notes' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('navigation', { name: 'Notes' })).toHaveCount(0);

    const help = page.getByRole('button', { name: 'Help' });
    await help.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(help).toBeFocused();
  });

  test('everything can be reached by Tab, with a focus that shows', async ({ page }) => {
    await open(page);
    await writeWord(page);
    await expectRead(page);
    const seen = new Set<string>();
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
        return element === document.body
          ? undefined
          : { name, outline: outlineStyle !== 'none' && outlineWidth !== '0px' };
      });
      if (!at) break;
      expect(at.outline, at.name).toBe(true);
      seen.add(at.name);
    }
    for (const name of [
      'Notes',
      'Undo',
      'Eraser',
      'Clear the page',
      'New note',
      'Export and import',
      'Help',
      'Copy the text',
    ]) {
      expect(seen, [...seen].join(', ')).toContain(name);
    }
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toContainText('Ctrl');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('the eraser takes away what it crosses, as one step', async ({ page }) => {
    await open(page);
    await write(page, [
      [100, 100, 100, 200],
      [200, 100, 200, 200],
      [300, 100, 300, 200],
    ]);
    await page.keyboard.press('e');
    await expect(page.getByRole('button', { name: 'Eraser' })).toHaveAttribute('aria-pressed', 'true');
    await write(page, [[50, 150, 150, 150, 250, 150]]);
    await expect.poll(async () => (await keptStrokes(page)).length).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await keptStrokes(page)).length).toBe(3);
  });
});

// One screen in each theme: colours differ by theme, layout by screen.
for (const [device, colorScheme, viewport] of [
  ['tablet', 'light', { width: 1180, height: 820 }],
  ['phone', 'dark', { width: 390, height: 844 }],
] as const) {
  test(`nothing keeps anyone out (${device}, ${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(viewport);
    await open(page);
    const check = async (view: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
    };
    await check('empty');
    await writeWord(page);
    await expectRead(page);
    await check('written');
    await page.getByTestId('notes-toggle').click();
    await check('notes');
    await page.getByTestId('notes-toggle').click();
    for (const name of ['Help', 'Export and import']) {
      await page.getByRole('button', { name }).click();
      await check(name);
      await page.keyboard.press('Escape');
    }
    await page.getByLabel('Type the word').click();
    await check('typing');
  });
}

test('can be installed', async ({ page, request }) => {
  await open(page);
  const href = (await page.locator('link[rel=manifest]').getAttribute('href'))!;
  const address = new URL(href, page.url());
  const manifest = await (await request.get(address.href)).json();
  expect(manifest).toMatchObject({ display: 'standalone', start_url: './' });
  const sizes = manifest.icons.map(
    ({ sizes, purpose = 'any' }: { sizes: string; purpose?: string }) => `${sizes} ${purpose}`,
  );
  expect(sizes).toEqual(expect.arrayContaining(['192x192 any', '512x512 any', '512x512 maskable']));
  for (const { src, type } of manifest.icons) {
    const icon = await request.get(new URL(src, address).href);
    expect(icon.headers()['content-type']).toContain(type);
  }
});
