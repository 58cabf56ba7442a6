/** Files that people really drop on the forecast page: each is read, or refused in words that say what to do. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';

test.use({ serviceWorkers: 'block' });

const csv = (name: string, text: string | Buffer) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});

async function open(page: Page): Promise<void> {
  await page.goto('/forecast/');
  await expect(page.getByTestId('sensor-card')).toHaveCount(3);
}

const rows = (count: number, row: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n');

test('what is no table is refused with its name and the reason', async ({ page }) => {
  await open(page);
  const refused: [name: string, content: string | Buffer, sentence: RegExp][] = [
    ['empty.csv', '', /empty\.csv: The file is empty/],
    ['names.csv', 'time,value\n', /names\.csv: .*no values/],
    ['one.csv', 'time,value\n2024-01-01T00:00,5\n', /one\.csv: Line 2 is the only row/],
    [
      'photo.csv',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 200]),
      /photo\.csv: This is not a text file/,
    ],
    ['login.csv', '<!doctype html><p>Please log in', /login\.csv: This is a web page/],
    [
      'words.csv',
      'time,value\n2024-01-01T00:00,abc\n2024-01-01T01:00,x\n',
      /words\.csv: Line 2: “abc” is not a number/,
    ],
    ['quote.csv', 'a,b\n"1,2\n3,4\n', /quote\.csv: Line 2: the quote .* never closed/],
  ];
  for (const [name, content, sentence] of refused) {
    await page.getByTestId('csv-input').setInputFiles(csv(name, content));
    await expect(page.getByTestId('error-banner').last()).toContainText(sentence);
  }
  // No more than three at once, and nothing else changed.
  await expect(page.getByTestId('error-banner')).toHaveCount(3);
  await expect(page.getByTestId('sensor-card')).toHaveCount(3);
});

test('200 MB are refused before they are read', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'large-'));
  try {
    const path = join(folder, 'large.csv');
    writeFileSync(path, 'time,value\n');
    truncateSync(path, 200e6);
    await open(page);
    await page.getByTestId('csv-input').setInputFiles(path);
    await expect(page.getByTestId('error-banner')).toContainText(
      'large.csv has 200 MB; this page takes up to 67 MB',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the mended file takes away what was said of the broken one', async ({ page }) => {
  await open(page);
  await page.getByTestId('csv-input').setInputFiles(csv('pump.csv', 'value\nx\ny\n'));
  await expect(page.getByTestId('error-banner')).toContainText('pump.csv');
  await page
    .getByTestId('csv-input')
    .setInputFiles(csv('pump.csv', `value\n${rows(60, (i) => String(i % 12))}`));
  await expect(page.getByTestId('sensor-card')).toHaveCount(4);
  await expect(page.getByTestId('error-banner')).toHaveCount(0);
});

test('a file taken away by mistake comes back', async ({ page }) => {
  await open(page);
  await page
    .getByTestId('csv-input')
    .setInputFiles(csv('pump.csv', `pump\n${rows(60, (i) => String(i % 12))}`));
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByTestId('sensor-card')).toHaveCount(3);
  await page.getByTestId('toasts').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'pump' })).toBeVisible();
  await page.reload();
  await expect(page.getByTestId('sensor-card')).toHaveCount(4);
});

test('semicolons, decimal commas, holes and words among the numbers: read, and the remarks say what was left out', async ({
  page,
}) => {
  await open(page);
  const value = (i: number) =>
    i === 20 ? 'ERR' : i % 30 === 29 ? '' : (10 + (i % 24) / 4).toFixed(2).replace('.', ',');
  const text = `Zeit;Druck (bar)\n${rows(200, (i) => `${new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 16).replace('T', ' ')};${value(i)}`)}`;
  await page.getByTestId('csv-input').setInputFiles(csv('druck.csv', text));
  await expect(page.getByRole('heading', { level: 1, name: 'Druck' })).toBeVisible();
  await expect(page.getByTestId('file-panel')).toContainText('parted by semicolons, decimal comma');
  await expect(page.getByTestId('file-panel')).toContainText('line 22: “ERR” is not a number, read as a gap');
  await expect(page.getByTestId('now-value')).toContainText('bar');
  await expect(page.getByTestId('next-value')).toContainText(/\d to /);
});

test('flat, tiny and huge values get a forecast or a reason', async ({ page }) => {
  await open(page);
  for (const [name, value] of [
    ['flat', () => '5'],
    ['tiny', (i: number) => String((i % 12) * 1e-30)],
    ['huge', (i: number) => String((i % 12) * 1e30)],
  ] as const) {
    await page.getByTestId('csv-input').setInputFiles(csv(`${name}.csv`, `${name}\n${rows(120, value)}`));
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page.getByTestId('sensor-state')).not.toContainText(/on its way/);
    expect(await page.locator('main').textContent()).not.toMatch(/NaN|Infinity|undefined|∞/);
  }
});

test('a damaged model: values without forecasts, and trying again brings them', async ({ page }) => {
  await page.route('**/model.int8.onnx', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: {}, body: (await response.body()).subarray(0, 1000) });
  });
  await open(page);
  await expect(page.getByTestId('error-banner')).toHaveAttribute('data-code', 'MODEL_HASH');
  await page.unroute('**/model.int8.onnx');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('next-value')).toContainText(/\d to /);
  await expect(page.getByTestId('error-banner')).toHaveCount(0);
});

test('without the example sensors the page still takes a file', async ({ page }) => {
  await page.route('**/sensors/**', (route) => route.abort());
  await page.goto('/forecast/');
  await expect(page.getByTestId('error-banner')).toContainText('example sensors could not be fetched');
  await expect(page.getByRole('heading', { name: 'No sensor yet' })).toBeVisible();
  await page
    .getByTestId('csv-input')
    .setInputFiles(csv('own.csv', `own\n${rows(80, (i) => String(i % 10))}`));
  await expect(page.getByRole('heading', { level: 1, name: 'own' })).toBeVisible();
  await expect(page.getByTestId('next-value')).toContainText(/\d to /);
});
