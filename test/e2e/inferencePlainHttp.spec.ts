/** `@rivulet/inference` on plain http beyond localhost, as on a device in a network of its own: no locks, no storage. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import sirv from 'sirv';
import { servePage } from '../bench/servePage.ts';
import { BROWSER_FLAGS, findBrowser } from '../browser/findBrowser.ts';
import { buildPages } from './buildPages.ts';

const HOST = 'device.test';
/** Rules of a page under which nobody may ask for a `blob:` address. */
const STRICT = "default-src 'self' 'wasm-unsafe-eval'";
const models = fileURLToPath(new URL('../../models', import.meta.url));

let folder: string;
let served: Awaited<ReturnType<typeof servePage>>;
let browser: Browser;

test.beforeAll(async () => {
  folder = await buildPages(['fused']);
  const files = sirv(models);
  served = await servePage(folder, (request, response) => {
    if (request.url?.endsWith('?strict')) response.setHeader('content-security-policy', STRICT);
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    files(request, response, () => void response.writeHead(404).end());
    return true;
  });
  const executablePath = findBrowser();
  browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: [...BROWSER_FLAGS, `--host-resolver-rules=MAP ${HOST} 127.0.0.1`],
  });
});

test.afterAll(async () => {
  await browser?.close();
  served.close();
  await rm(folder, { recursive: true });
});

async function open(query = ''): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${served.url.replace('127.0.0.1', HOST)}fused.html${query}`);
  await page.waitForFunction(() => 'rivulet' in window);
  expect(await page.evaluate(() => [isSecureContext, 'locks' in navigator, 'caches' in window])).toEqual([
    ...[false, false, false],
  ]);
  return page;
}

/** A run of the model that the page keeps, or the code of its failure. */
const run = (page: Page): Promise<number[] | string> =>
  page.evaluate(async () => {
    const kept = window as unknown as { model?: ReturnType<typeof window.rivulet.loadModel> };
    kept.model ??= window.rivulet.loadModel('models/handwriting-en/model.int8.onnx');
    const model = await kept.model;
    try {
      const { logits } = await model.run({ x: { data: new Float32Array(280).fill(1), shape: [40, 1, 7] } });
      return [...logits!.data];
    } catch (error) {
      return error instanceof window.rivulet.RivuletError ? error.code : String(error);
    }
  });

test('a worker that ended without a word is noticed by the call that waits for it, and replaced', async () => {
  const page = await open();
  const before = await run(page);
  expect(before).toEqual(expect.any(Array));
  for (let death = 0; death < 2; death++) {
    await page.workers()[0]!.evaluate(() => self.close());
    expect(await run(page)).toBe('WORKER_DIED');
    expect(await run(page)).toEqual(before);
  }
  await page.close();
});

test('it is noticed under rules that forbid blob:, and leaves no database behind', async () => {
  const page = await open('?strict');
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).length);
  const before = await run(page);
  await expect.poll(databases).toBe(1);
  for (let death = 0; death < 2; death++) {
    await page.workers()[0]!.evaluate(() => self.close());
    // At once, be there a call that waits or not.
    await expect.poll(databases).toBe(0);
    expect(await run(page)).toEqual(before);
    await expect.poll(databases).toBe(1);
  }
  const waiting = run(page);
  await page.workers()[0]!.evaluate(() => self.close());
  expect(['WORKER_DIED', before]).toContainEqual(await waiting);
  await page.close();
});

for (const [rules, query] of [
  ['', ''],
  [', under rules that forbid blob: as well', '?strict'],
] as const) {
  test(`a worker that is busy for long is left alone${rules}`, async () => {
    const page = await open(query);
    const before = await run(page);
    const busy = page.workers()[0]!.evaluate(() => {
      const until = Date.now() + 5000;
      while (Date.now() < until);
    });
    expect(await run(page)).toEqual(before);
    await busy;
    expect(page.workers()).toHaveLength(1);
    await page.close();
  });
}
