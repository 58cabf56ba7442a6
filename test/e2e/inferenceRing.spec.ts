/** Calls by ring in a page that is isolated, and by messages in one that is not: the same answers, and no call is lost. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import sirv from 'sirv';
import { servePage } from '../bench/servePage.ts';
import { buildPages } from './buildPages.ts';

let folder: string;
let served: Awaited<ReturnType<typeof servePage>>;
let isolated: boolean;

test.beforeAll(async () => {
  folder = await buildPages(['fused']);
  const models = sirv(fileURLToPath(new URL('../../models', import.meta.url)));
  served = await servePage(folder, (request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    models(request, response, () => void response.writeHead(404).end());
    return true;
  });
});

test.afterAll(async () => {
  served.close();
  await rm(folder, { recursive: true });
});

declare global {
  interface Window {
    /** Frames that the page wrote. */
    ringFrames: number;
    model: ReturnType<typeof window.rivulet.loadModel> | undefined;
  }
}

async function open(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.ringFrames = 0;
    const notify = Atomics.notify as (...args: unknown[]) => number;
    Atomics.notify = (...args: unknown[]) => {
      window.ringFrames++;
      return notify(...args);
    };
  });
  await page.goto(`${served.url}fused.html`);
  await page.waitForFunction(() => 'rivulet' in window);
}

/** Twenty calls in a row and twenty at once; what each of them gave, and how many went by ring. */
const runs = (page: Page) =>
  page.evaluate(async () => {
    window.model ??= window.rivulet.loadModel('models/handwriting-en/model.int8.onnx', { variant: 'plain' });
    const model = await window.model;
    const run = async (i: number) => {
      const shape = [8, 1, 7];
      const { logits } = await model.run({ x: { data: new Float32Array(56).fill(i / 20), shape } });
      return logits!.data.reduce((sum, value) => sum + value, 0);
    };
    const before = window.ringFrames;
    const inTurn: number[] = [];
    for (let i = 0; i < 20; i++) inTurn.push(await run(i));
    const atOnce = await Promise.all(Array.from({ length: 20 }, (_, i) => run(i)));
    const refused = await model.run({}).catch((error) => error.code);
    return { inTurn, atOnce, refused, frames: window.ringFrames - before, isolated: crossOriginIsolated };
  });

test('the same answers with and without the isolation that rings need', async ({ page }) => {
  isolated = false;
  await open(page);
  const byMessage = await runs(page);
  expect(byMessage).toMatchObject({ frames: 0, isolated: false, refused: 'ARGUMENT' });
  isolated = true;
  await open(page);
  const byRing = await runs(page);
  expect(byRing).toMatchObject({ isolated: true, refused: 'ARGUMENT' });
  expect(byRing.frames).toBeGreaterThan(20);
  expect([byRing.inTurn, byRing.atOnce]).toEqual([byMessage.inTurn, byMessage.inTurn]);
});

test('a worker that ends with calls under way leaves nobody waiting', async ({ page }) => {
  isolated = true;
  await open(page);
  const before = await runs(page);
  await page.evaluate(() => {
    const kept = window as unknown as { pending: Promise<string[]> };
    const x = { data: new Float32Array(2000 * 7), shape: [2000, 1, 7] };
    kept.pending = window.model!.then((model) => {
      const calls = Array.from({ length: 100 }, () => model.run({ x }));
      return Promise.all(
        calls.map((call) =>
          call.then(
            () => 'done',
            (error) => error.code,
          ),
        ),
      );
    });
  });
  await page.workers()[0]!.evaluate(() => self.close());
  const codes = await page.evaluate(() => (window as unknown as { pending: Promise<string[]> }).pending);
  expect([...new Set(codes)].filter((code) => code !== 'done' && code !== 'WORKER_DIED')).toEqual([]);
  expect((await runs(page)).inTurn).toEqual(before.inTurn);
});
