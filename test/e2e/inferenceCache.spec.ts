/** Models kept in Cache Storage: not fetched again, read without a network, within their limits, and never in the way. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import sirv from 'sirv';
import { servePage } from '../bench/servePage.ts';
import { buildPages } from './buildPages.ts';

const MODEL = '/models/sensor-forecaster/';
/** It stands on the window itself, but on the prototype of a worker's global object. */
const NO_CACHES = 'delete globalThis.caches; delete globalThis.WorkerGlobalScope?.prototype.caches;';

let folder: string;
let served: Awaited<ReturnType<typeof servePage>>;
let fetched: string[];
let reachable: boolean;
/** Off: as on plain http, where neither page nor worker has Cache Storage. */
let storage: boolean;

test.beforeAll(async () => {
  folder = await buildPages(['storage']);
  // Without this the browser's own cache could stand in for ours.
  const files = sirv(fileURLToPath(new URL('../../models', import.meta.url)), {
    setHeaders: (response) => response.setHeader('cache-control', 'no-store'),
  });
  served = await servePage(folder, (request, response) => {
    if (!storage && request.url?.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(`${NO_CACHES} ${readFileSync(folder + request.url, 'utf8')}`);
      return true;
    }
    if (!request.url?.startsWith('/models/')) return false;
    fetched.push(request.url.slice(MODEL.length));
    if (!reachable) request.socket.destroy();
    else {
      request.url = request.url.slice('/models'.length);
      files(request, response, () => void response.writeHead(404).end());
    }
    return true;
  });
});

test.afterAll(async () => {
  served.close();
  await rm(folder, { recursive: true });
});

test.beforeEach(async ({ page }) => {
  fetched = [];
  reachable = true;
  storage = true;
  await open(page);
});

async function open(page: Page): Promise<void> {
  await page.goto(`${served.url}storage.html`);
  await page.waitForFunction(() => 'rivulet' in window);
}

const forecast = (page: Page, options: { readonly cache?: 'default' | 'none' } = {}): Promise<number> =>
  page.evaluate(
    async ({ model, options }) => {
      const forecaster = await window.rivulet.loadForecaster(model, { variant: 'plain', ...options });
      const y = Float32Array.from({ length: 48 }, (_, t) => t % 12);
      const { median } = await forecaster.predict({ y, horizon: 2, season: 12 });
      await forecaster.dispose();
      return median[0]!;
    },
    { model: MODEL, options },
  );

/** Addresses of what is kept, relative to the server. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('rivulet-models-'));
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => url.slice(location.origin.length + 1));
  });

test('a model is fetched once, and opens without a network', async ({ page }) => {
  const first = await forecast(page);
  expect(fetched).toEqual(['manifest.json', 'model.int8.onnx']);
  await expect.poll(() => kept(page)).toHaveLength(2);
  await open(page);
  expect(await forecast(page)).toBe(first);
  expect(fetched.slice(2)).toEqual(['manifest.json']);
  reachable = false;
  await open(page);
  expect(await forecast(page)).toBe(first);
  expect(await forecast(page, { cache: 'none' }).catch(String)).toContain('could not be read');
});

test('nothing is kept where that is not wanted', async ({ page }) => {
  await forecast(page, { cache: 'none' });
  await forecast(page, { cache: 'none' });
  expect(fetched).toHaveLength(4);
  expect(await kept(page)).toEqual([]);
});

test('a full disk costs nothing but the next download', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  const origin = new URL(served.url).origin;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
  const first = await forecast(page);
  await open(page);
  expect(await forecast(page)).toBe(first);
  expect(fetched.filter((name) => name.endsWith('.onnx'))).toHaveLength(2);
  const refused = await page.evaluate(async () => {
    const put = window.storageCache()!.put('http://localhost/a', new Uint8Array(5000));
    return put.then(
      () => 'put',
      (error) => error.name,
    );
  });
  expect(refused).toBe('QuotaExceededError');
});

test('a torn file is fetched again, and whole from then on', async ({ page }) => {
  const first = await forecast(page);
  const contents = () =>
    page.evaluate(async () => {
      const cache = await caches.open('rivulet-models-1');
      const weights = (await cache.keys()).filter(({ url }) => url.includes('.onnx'));
      return Promise.all(
        weights.map(async (key) => {
          const bytes = await (await cache.match(key))!.arrayBuffer();
          return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join();
        }),
      );
    });
  await expect.poll(contents).toHaveLength(1);
  const [whole] = await contents();
  // Cut off, and of the right length with another byte in it.
  for (const tear of ['cut', 'flip'] as const) {
    await page.evaluate(async (tear) => {
      const cache = await caches.open('rivulet-models-1');
      for (const key of await cache.keys()) {
        const { headers } = (await cache.match(key))!;
        const bytes = new Uint8Array(await (await cache.match(key))!.arrayBuffer());
        if (tear === 'flip') bytes[100]! ^= 1;
        await cache.put(key, new Response(tear === 'cut' ? bytes.slice(0, 1000) : bytes, { headers }));
      }
    }, tear);
    fetched = [];
    await open(page);
    expect(await forecast(page)).toBe(first);
    expect(fetched).toEqual(['manifest.json', 'model.int8.onnx']);
    await expect.poll(contents).toEqual([whole]);
    fetched = [];
    await open(page);
    expect(await forecast(page)).toBe(first);
    expect(fetched).toEqual(['manifest.json']);
  }
});

test('one version of a file is kept, and as many files as fit', async ({ page }) => {
  const state = await page.evaluate(async () => {
    await caches.open('rivulet-models-0');
    const cache = window.storageCache(1000)!;
    const [a, b] = ['a', 'b'].map((letter) => letter.repeat(64));
    const address = (name: string): string => new URL(name, location.href).href;
    const sizes = async (...asked: [string, string?][]) =>
      Promise.all(asked.map(async ([name, sha256]) => (await cache.get(address(name), sha256))?.length));
    await cache.put(address('one'), new Uint8Array(300), a);
    await cache.put(address('one'), new Uint8Array(301), b);
    await cache.put(address('one?query'), new Uint8Array(302), b);
    const versions = await sizes(['one', a], ['one', b], ['one'], ['one?query', b]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await cache.put(address('two'), new Uint8Array(303));
    await cache.put(address('huge'), new Uint8Array(1001));
    await cache.put('blob:x', new Uint8Array(1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await cache.put(address('three'), new Uint8Array(650));
    const after = await sizes(['one', b], ['one?query', b], ['two'], ['three'], ['huge']);
    return { versions, after, names: await caches.keys(), blob: await cache.get('blob:x') };
  });
  expect(state).toEqual({
    versions: [undefined, 301, undefined, 302],
    after: [undefined, undefined, 303, 650, undefined],
    names: ['rivulet-models-1'],
    blob: undefined,
  });
});

test('a page without Cache Storage loads as ever', async ({ browser }) => {
  storage = false;
  // A browser of its own: another's memory has the scripts of before, with Cache Storage.
  const context = await browser.newContext();
  const page = await context.newPage();
  await open(page);
  expect(await page.evaluate(() => window.storageCache())).toBeUndefined();
  await forecast(page);
  await forecast(page);
  expect(fetched).toHaveLength(4);
  await context.close();
});
