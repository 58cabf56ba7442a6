/** The forecast page as a technician uses it: real sensors, real model, built site, then no network. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

/** A day's rhythm by the hour, with rows left out and cells left empty, as a German logger writes it. */
function csvWithGaps(): string {
  const pad = (n: number) => String(n).padStart(2, '0');
  const lines = ['Zeitpunkt;Temperatur [°C];Feuchte [%]'];
  for (let i = 0; i < 480; i++) {
    // Eight rows in a hundred are missing, and one cell in fifty is empty.
    if (i % 100 < 8) continue;
    const at = new Date(Date.UTC(2024, 2, 1) + i * 3_600_000);
    const time = `${pad(at.getUTCDate())}.${pad(at.getUTCMonth() + 1)}.${at.getUTCFullYear()} ${pad(at.getUTCHours())}:00`;
    const value = 12 + 5 * Math.sin(((i - 9) / 24) * 2 * Math.PI);
    lines.push(
      `${time};${i % 50 === 30 ? '' : value.toFixed(1).replace('.', ',')};${60 + (i % 24) + ((i * i) % 7)}`,
    );
  }
  return lines.join('\r\n');
}

const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

async function open(page: Page): Promise<void> {
  await page.goto('/forecast/');
  await expect(page.getByTestId('sensor-card')).toHaveCount(3);
}

/** Pauses, whatever it did before. */
async function pause(page: Page): Promise<void> {
  const toggle = page.getByTestId('play-toggle');
  if ((await toggle.getAttribute('aria-pressed')) === 'true') await toggle.click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
}

/** What the page shows once it has drawn the frame after what was last done to it. */
async function scrub(page: Page): Promise<number> {
  await page.evaluate(() => new Promise(requestAnimationFrame));
  return Number(await page.getByTestId('scrub').inputValue());
}

/** A forecast is there and has been judged. */
async function expectForecast(page: Page): Promise<void> {
  await expect(page.getByTestId('next-value')).toContainText(/\d to /);
  await expect(page.getByTestId('skill')).toContainText(/better|worse|Level/);
}

test('replays a real sensor, judges its forecasts, and pauses', async ({ page }) => {
  await open(page);
  await expectForecast(page);
  await expect(page.getByTestId('coverage')).toContainText('%');
  await expect(page.getByTestId('play-toggle')).toHaveAttribute('aria-pressed', 'true');
  const before = await scrub(page);
  await expect.poll(() => scrub(page)).toBeGreaterThan(before);

  await pause(page);
  const held = await scrub(page);
  await page.waitForTimeout(1200);
  expect(await scrub(page)).toBe(held);
});

test('draws: the chart has ink, the fan reaches beyond now, and a hover reads time, value and band', async ({
  page,
}) => {
  await open(page);
  await expectForecast(page);
  await pause(page);
  const chart = page.getByTestId('chart');
  const inked = () =>
    chart.evaluate((host) => {
      // As they lie on each other: the axes, and above them what a worker paints, which only drawing can read.
      // Before its first picture there is nothing to draw from, and that throws.
      const [axes, layer] = host.querySelectorAll('canvas');
      const { width, height } = axes!;
      const ctx = new OffscreenCanvas(width, height).getContext('2d')!;
      ctx.drawImage(axes!, 0, 0);
      ctx.drawImage(layer!, 0, 0);
      const { data } = ctx.getImageData(0, 0, width, height);
      const colours = new Set<number>();
      for (let y = 0; y < height; y += 2) {
        const at = 4 * (y * width + Math.round(width * 0.93));
        colours.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      }
      return colours.size;
    });
  // Background, 95 %, four nested bands and the median cross a line through the forecast.
  await expect(async () => expect(await inked()).toBeGreaterThanOrEqual(6)).toPass({ timeout: 15_000 });

  const box = (await chart.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.93, box.y + box.height / 2);
  await expect(page.getByTestId('read-out')).toContainText(/2016.*Median.*80 %.*95 %/s);
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await expect(page.getByTestId('read-out')).toContainText(/Measured.*Forecast .* before/s);
});

test('horizon, sensors, table and keyboard', async ({ page }) => {
  await open(page);
  await expectForecast(page);
  await page.keyboard.press('Space');
  await expect(page.getByTestId('play-toggle')).toHaveAttribute('aria-pressed', 'false');
  const at = await scrub(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+ArrowRight');
  expect(await scrub(page)).toBe(at + 11);
  await page.keyboard.press('Space');
  await expect.poll(() => scrub(page)).toBeGreaterThan(at + 11);
  await page.keyboard.press('Space');
  await page.keyboard.press('End');
  await expect(page.getByRole('button', { name: 'One step forward' })).toBeDisabled();
  await page.keyboard.press('Home');
  await expect(page.getByRole('button', { name: 'One step back' })).toBeDisabled();
  await page.getByTestId('scrub').fill(String(at));

  await page.getByTestId('horizon').selectOption('24');
  await page.getByText('The forecast as a table').click();
  await expect(page.getByTestId('forecast-table').locator('tbody tr')).toHaveCount(24);
  await page.getByTestId('horizon').selectOption('96');
  await expect(page.getByTestId('forecast-table').locator('tbody tr')).toHaveCount(96);

  await page.getByTestId('sensor-card').nth(1).click();
  await expect(page.getByRole('heading', { level: 1, name: /Tetouan/ })).toBeVisible();
  await expectForecast(page);
});

test('takes a CSV with gaps, and another column of it; both are there after a reload', async ({ page }) => {
  await open(page);
  await page.getByTestId('csv-input').setInputFiles(file('Garten.csv', csvWithGaps()));
  await expect(page.getByTestId('sensor-card')).toHaveCount(4);
  await expect(page.getByRole('heading', { level: 1, name: 'Temperatur' })).toBeVisible();
  await expect(page.getByTestId('file-summary')).toContainText(/472 steps of 1.h, 4\d without a value/);
  await expect(page.getByTestId('file-summary')).toContainText(/repeats every 1.day/);
  await expectForecast(page);

  await page.getByTestId('column').selectOption({ label: 'Feuchte' });
  await expect(page.getByRole('heading', { level: 1, name: 'Feuchte' })).toBeVisible();
  await expectForecast(page);
  await page.waitForTimeout(700);
  await page.reload();
  await expect(page.getByTestId('sensor-card')).toHaveCount(4);
  await expect(page.getByRole('heading', { level: 1, name: 'Feuchte' })).toBeVisible();
});

test('goes on in memory when the storage is full, and says so', async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await open(page);
  await page.getByTestId('csv-input').setInputFiles(file('Garten.csv', csvWithGaps()));
  await expect(page.getByTestId('notice')).toContainText('storage of this device is full');
  await expect(page.getByRole('heading', { level: 1, name: 'Temperatur' })).toBeVisible();
  await expectForecast(page);
});

test('saves the forecast as a CSV that it can read again', async ({ page }) => {
  await open(page);
  await expectForecast(page);
  await pause(page);
  await page.getByText('The forecast as a table').click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  const path = await saved.path();
  await page.getByTestId('csv-input').setInputFiles(path);
  await expect(page.getByRole('heading', { level: 1, name: 'median' })).toBeVisible();
  await expect(page.getByTestId('file-summary')).toContainText('48 steps');
});

test('names what is broken in a CSV and goes on with what it had', async ({ page }) => {
  await open(page);
  await expectForecast(page);
  await page
    .getByTestId('csv-input')
    .setInputFiles(file('broken.csv', 'time,value\n2024-01-01T00:00,abc\n2024-01-01T01:00,x\n'));
  await expect(page.getByTestId('error-banner')).toContainText(/broken\.csv.*line 2.*“abc”/i);
  await expect(page.getByTestId('sensor-card')).toHaveCount(3);
  await pause(page);
  const at = await scrub(page);
  await page.keyboard.press('ArrowRight');
  expect(await scrub(page)).toBe(at + 1);
  await expectForecast(page);

  // One bad cell in a good file costs that cell alone.
  const text = csvWithGaps().replace(/(02\.03\.2024 12:00);[^;]*/, '$1;ERR7');
  await page.getByTestId('csv-input').setInputFiles(file('one-bad-cell.csv', text));
  await expect(page.getByTestId('file-panel')).toContainText(/line \d+: “ERR7” is not a number/);
  await expectForecast(page);
});

test('forecasts without a network after the first visit, from where it stood', async ({ page, context }) => {
  await open(page);
  await expectForecast(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await pause(page);
  await page.getByTestId('scrub').focus();
  await page.keyboard.press('ArrowRight');
  const at = await scrub(page);
  await page.waitForTimeout(800);

  await context.setOffline(true);
  await page.reload();
  await expect(page.getByTestId('sensor-card')).toHaveCount(3);
  await expectForecast(page);
  expect(await scrub(page)).toBe(at);
  await page.getByTestId('csv-input').setInputFiles(file('offline.csv', csvWithGaps()));
  await expect(page.getByRole('heading', { level: 1, name: 'Temperatur' })).toBeVisible();
  await expectForecast(page);
  await context.setOffline(false);
});

test('can be installed: a manifest with its icons', async ({ page }) => {
  await open(page);
  const url = await page.locator('link[rel=manifest]').evaluate((link: HTMLLinkElement) => link.href);
  const manifest = (await (await page.request.get(url)).json()) as {
    icons: { src: string; sizes: string }[];
  };
  expect(manifest).toMatchObject({ name: 'Rivulet forecast', display: 'standalone', start_url: './' });
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
  expect(JSON.stringify(manifest.icons)).toContain('maskable');
  for (const { src, sizes } of manifest.icons) {
    const real = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (sizes !== 'any') expect(real).toBe(sizes);
  }
});

test('says so when the model cannot be loaded, and tries again', async ({ browser }) => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.route('**/models/**', (route) => route.fulfill({ status: 503 }));
  await open(page);
  await expect(page.getByTestId('error-banner')).toContainText('without forecasts');
  const before = await scrub(page);
  await expect.poll(() => scrub(page)).toBeGreaterThan(before);
  await page.unroute('**/models/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expectForecast(page);
  await expect(page.getByTestId('error-banner')).toHaveCount(0);
  await context.close();
});

test('goes on after its worker was killed', async ({ page }) => {
  await open(page);
  await expectForecast(page);
  await pause(page);
  const kill = async () => {
    const model = page.workers().find((worker) => /worker-/.test(worker.url()));
    await model!.evaluate(() => self.close());
  };
  await kill();
  // Another horizon wants every forecast anew.
  await page.getByTestId('horizon').selectOption('24');
  await expectForecast(page);
  await expect(page.getByTestId('error-banner')).toHaveCount(0);
});

test('goes on at full speed, each step drawn', async ({ page }) => {
  await open(page);
  await expectForecast(page);
  await page.getByTestId('speed').selectOption('30');
  const before = await scrub(page);
  // What a step costs the main thread is `npm run bench -- frame`'s to say: a busy machine is no fault of the page.
  await expect.poll(() => scrub(page)).toBeGreaterThan(before + 90);
  await expectForecast(page);
});

for (const scheme of ['light', 'dark'] as const) {
  test(`keeps nobody out (${scheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await open(page);
    // Reduced motion: nothing moves until it is asked to.
    await expect(page.getByTestId('play-toggle')).toHaveAttribute('aria-pressed', 'false');
    await expectForecast(page);
    await page.getByTestId('csv-input').setInputFiles(file('broken.csv', 'a\nb\nc\n'));
    await page.getByTestId('csv-input').setInputFiles(file('Garten.csv', csvWithGaps()));
    await expect(page.getByTestId('file-panel')).toBeVisible();
    await page.getByText('The forecast as a table').click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual(
      [],
    );
  });
}

test('fits a phone: nothing wider than the screen, the controls within reach', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const page = await context.newPage();
  await open(page);
  await expectForecast(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const play = (await page.getByTestId('play-toggle').boundingBox())!;
  expect(Math.min(play.width, play.height)).toBeGreaterThanOrEqual(44);
  await context.close();
});
